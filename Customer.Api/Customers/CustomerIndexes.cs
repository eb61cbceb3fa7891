using MongoDB.Bson;
using MongoDB.Driver;

namespace Customer.Api.Customers;

/// <summary>
/// Creates missing indexes in the background, and retries from startup until it succeeds, even if MongoDB is unavailable. On an existing collection it can take
/// minutes. Meanwhile the service works, with slower lists.
/// </summary>
internal sealed partial class CustomerIndexes(CustomerCollection customers, TimeProvider time, ILogger<CustomerIndexes> logger) : BackgroundService
{
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(30);

    internal static IReadOnlyList<(string Name, string[] Fields, bool IsUnique, bool IsSparse)> Indexes { get; } =
    [
        (CustomerIndexNames.Email, [Fields.Email], true, false),
        (CustomerIndexNames.UserId, [Fields.UserId], true, true),
        (CustomerIndexNames.Status, [Fields.Status, Fields.Id], false, false),
        (CustomerIndexNames.Country, [Fields.Country, Fields.Id], false, false),
        (CustomerIndexNames.CountryStatus, [Fields.Country, Fields.Status, Fields.Id], false, false),
        (CustomerIndexNames.Words, [Fields.Words], false, false),
    ];

    private volatile bool _areReady;

    /// <summary>
    /// Returns the field whose value another customer already has, from the index named in the message. The values in the message can be anything.
    /// </summary>
    /// <param name="message"><c>... index: NAME dup key: ...</c> from MongoDB, or <c>... Index 'NAME'</c> from DocumentDB.</param>
    public static string FieldOf(string message) => (Index(message, " index: ", ' ') ?? Index(message, "Index '", '\'')) switch
    {
        CustomerIndexNames.Email => Fields.Email,
        CustomerIndexNames.UserId => Fields.UserId,
        _ => Fields.CustomerId,
    };

    private static string? Index(string message, string mark, char end)
    {
        var start = message.IndexOf(mark, StringComparison.Ordinal) + mark.Length;
        return start >= mark.Length && message.IndexOf(end, start) is > 0 and var stop ? message[start..stop] : null;
    }

    /// <summary>Whether all indexes exist, so that queries can use them as hints.</summary>
    public bool AreReady => _areReady;

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var pause = TimeSpan.FromSeconds(1); !_areReady; pause = pause * 2 < PauseMax ? pause * 2 : PauseMax)
        {
            try
            {
                // Created one by one, so that each is kept even if a later one fails.
                foreach (var (name, fields, isUnique, isSparse) in Indexes)
                {
                    var keys = new BsonDocument(fields.Select(static field => new BsonElement(field, 1)));
                    var options = new CreateIndexOptions { Name = name, Unique = isUnique, Sparse = isSparse };
                    await customers.Documents.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>(keys, options), cancellationToken: stoppingToken);
                }

                _areReady = true;
                return;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogRetry(logger, e.Message);
            }

            await Task.Delay(pause, time, stoppingToken);
        }
    }

    [LoggerMessage(301, LogLevel.Warning, "Creating the indexes failed and will be retried: {Reason}")]
    private static partial void LogRetry(ILogger logger, string reason);
}
