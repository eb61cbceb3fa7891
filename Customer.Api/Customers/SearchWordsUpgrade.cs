using System.Diagnostics;
using Customer.Api.Configuration;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Customer.Api.Customers;

/// <summary>
/// Computes the search words of stored customers again, after <see cref="SearchWords"/> has changed: in the background, one replica at a time, page by page,
/// with pauses. It ends with a pass that finds nothing to change and began ten minutes after the start, when no older replica stores customers any more.
/// </summary>
internal sealed partial class SearchWordsUpgrade(
    CustomerCollection customers, CustomerLease lease, CustomerSettings settings, TimeProvider time, ILogger<SearchWordsUpgrade> logger) : BackgroundService
{
    /// <summary>Increased with every change of the words. A database has the version whose words all its customers have.</summary>
    internal const int Version = 2;

    private const int PageSize = 2_000;

    private const string StateId = "search_words", LeaseId = "search_words_lease";

    private static readonly TimeSpan PageTimeMax = TimeSpan.FromSeconds(20), RetryPause = TimeSpan.FromSeconds(30), PassPause = TimeSpan.FromMinutes(10);

    private static readonly BsonDocument Projection = new() { { Fields.Name, 1 }, { Fields.Email, 1 }, { Fields.Words, 1 } };

    /// <summary>Runs one pass, unless all customers have the current words or another replica is at work.</summary>
    /// <param name="mayEnd">Whether the upgrade is done if the pass finds nothing to change.</param>
    /// <param name="cancellationToken">Stops the pass.</param>
    /// <returns>Whether all customers have the current words, and the number of customers that were changed.</returns>
    internal async Task<(bool IsDone, long Changed)> PassAsync(bool mayEnd, CancellationToken cancellationToken)
    {
        var current = new BsonDocument { { Fields.Id, StateId }, { "version", new BsonDocument("$gte", Version) } };
        if (await customers.Analytics.CountDocumentsAsync(current, new CountOptions { Limit = 1 }, cancellationToken) > 0) return (true, 0);
        if (!await lease.TryTakeAsync(LeaseId, cancellationToken)) return (false, 0);
        var (changed, began) = (0L, Stopwatch.GetTimestamp());
        for (BsonValue? last = null; ;)
        {
            var page = await ReadAsync(last, cancellationToken);
            changed += await WriteAsync(page, cancellationToken);
            if (page.Count < PageSize) break;
            last = page[^1][Fields.Id];
            await Task.Delay(Stopwatch.GetElapsedTime(began) * ((100.0 / settings.AnalyticsLoadPercent) - 1), time, cancellationToken);
            began = Stopwatch.GetTimestamp();
            if (!await lease.TryTakeAsync(LeaseId, cancellationToken)) return (false, changed);
        }

        if (changed > 0 || !mayEnd) return (false, changed);
        await customers.Analytics.ReplaceOneAsync(
            new BsonDocument(Fields.Id, StateId), new BsonDocument { { Fields.Id, StateId }, { "version", Version } },
            new ReplaceOptions { IsUpsert = true }, cancellationToken);
        return (true, 0);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var start = time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            var pause = PassPause;
            try
            {
                var (isDone, changed) = await PassAsync(time.GetElapsedTime(start) >= PassPause, stoppingToken);
                if (isDone) return;
                if (changed > 0) LogUpgraded(logger, changed);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogRetry(logger, e.Message);
                pause = RetryPause;
            }

            await Task.Delay(pause, time, stoppingToken);
        }
    }

    private async Task<List<BsonDocument>> ReadAsync(BsonValue? after, CancellationToken cancellationToken)
    {
        var filter = after is null ? [] : new BsonDocument(Fields.Id, new BsonDocument("$gt", after));
        var options = new FindOptions<BsonDocument>
        {
            Sort = new BsonDocument(Fields.Id, 1), Limit = PageSize, BatchSize = PageSize, MaxTime = PageTimeMax, Projection = Projection,
        };
        using var cursor = await customers.Documents.FindAsync(filter, options, cancellationToken);
        return await cursor.ToListAsync(cancellationToken);
    }

    // The filter has the texts that the words are from: a customer that was replaced in the meantime has the right words already.
    private async Task<long> WriteAsync(List<BsonDocument> page, CancellationToken cancellationToken)
    {
        List<WriteModel<BsonDocument>> updates = [];
        foreach (var customer in page)
        {
            var (name, email) = (customer.GetValue(Fields.Name, BsonNull.Value) as BsonString, customer.GetValue(Fields.Email, BsonNull.Value) as BsonString);
            if (name is null || email is null) continue; // stored by another program
            var words = new BsonArray(SearchWords.Of(name.Value, email.Value));
            if (words.Equals(customer.GetValue(Fields.Words, BsonNull.Value))) continue;
            updates.Add(new UpdateOneModel<BsonDocument>(
                new BsonDocument { { Fields.Id, customer[Fields.Id] }, { Fields.Name, name }, { Fields.Email, email } },
                new BsonDocument("$set", new BsonDocument(Fields.Words, words))));
        }

        if (updates.Count == 0) return 0;
        return (await customers.Documents.BulkWriteAsync(updates, new BulkWriteOptions { IsOrdered = false }, cancellationToken)).ModifiedCount;
    }

    [LoggerMessage(304, LogLevel.Information, "Updated the search words of {Customers} customers")]
    private static partial void LogUpgraded(ILogger logger, long customers);

    [LoggerMessage(305, LogLevel.Warning, "Updating the search words failed and will be retried: {Reason}")]
    private static partial void LogRetry(ILogger logger, string reason);
}
