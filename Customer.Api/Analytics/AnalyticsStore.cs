using Customer.Api.Configuration;
using Customer.Api.Customers;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Customer.Api.Analytics;

/// <summary>Stores the statistics for all replicas, and the lease of the replica that computes them.</summary>
internal sealed class AnalyticsStore(CustomerCollection customers, CustomerSettings settings, TimeProvider time)
{
    /// <summary>How long a replica that dies keeps the others from computing. Longer than a page of customers takes.</summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(60);

    /// <summary>How long statistics are cached before MongoDB is queried for newer ones.</summary>
    private static readonly TimeSpan KeptTime = TimeSpan.FromSeconds(1);

    private const string FiguresId = "figures", LeaseId = "lease";

    private Figures? _last;
    private long _lastAt;

    /// <summary>Returns the latest statistics, or null if there are none yet. Needs at most one lookup by ID, however many customers there are.</summary>
    public async ValueTask<Figures?> FindAsync()
    {
        var last = Volatile.Read(ref _last);
        if (last is not null && time.GetElapsedTime(Volatile.Read(ref _lastAt)) < KeptTime) return last;
        using var cursor = await customers.Analytics.FindAsync(new BsonDocument(Fields.Id, FiguresId), new FindOptions<BsonDocument> { Limit = 1 });
        if (await cursor.FirstOrDefaultAsync() is not { } found) return null;
        last = new(found["computed_at"].ToUniversalTime(), found["duration_ms"].ToInt64(), found["summary"].AsBsonDocument, found["purchases"].AsBsonDocument);
        Volatile.Write(ref _lastAt, time.GetTimestamp());
        Volatile.Write(ref _last, last);
        return last;
    }

    public Task SaveAsync(Figures figures, CancellationToken cancellationToken) => customers.Analytics.ReplaceOneAsync(
        new BsonDocument(Fields.Id, FiguresId),
        new BsonDocument
        {
            { Fields.Id, FiguresId }, { "computed_at", figures.ComputedAt }, { "duration_ms", figures.DurationMs },
            { "summary", figures.Summary }, { "purchases", figures.Purchases },
        },
        new ReplaceOptions { IsUpsert = true },
        cancellationToken);

    /// <summary>
    /// Takes or renews the lease. The lease only saves work: if the clocks of two replicas differ, both may compute the same statistics at the same time. A
    /// lease that expires later than any lease can was set by another clock and is ignored.
    /// </summary>
    /// <returns>False if another replica has the lease.</returns>
    public async Task<bool> TryLeaseAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var free = new BsonDocument
        {
            { Fields.Id, LeaseId },
            {
                "$or", new BsonArray
                {
                    new BsonDocument("owner", settings.InstanceId),
                    new BsonDocument("until", new BsonDocument("$lt", now)),
                    new BsonDocument("until", new BsonDocument("$gt", now + (2 * LeaseTime))),
                }
            },
        };
        var mine = new BsonDocument("$set", new BsonDocument { { "owner", settings.InstanceId }, { "until", now + LeaseTime } });
        try
        {
            await customers.Analytics.UpdateOneAsync(free, mine, new UpdateOptions { IsUpsert = true }, cancellationToken);
            return true;
        }
        catch (MongoWriteException e) when (e.WriteError?.Category == ServerErrorCategory.DuplicateKey)
        {
            return false; // the lease exists but did not match, so another replica has it
        }
    }
}
