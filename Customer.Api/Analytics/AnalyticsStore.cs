using Customer.Api.Configuration;
using Customer.Api.Customers;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Customer.Api.Analytics;

/// <summary>Keeps the figures, for all replicas, and the lease of the replica that computes them.</summary>
internal sealed class AnalyticsStore(CustomerCollection customers, CustomerSettings settings, TimeProvider time)
{
    /// <summary>A replica that dies keeps the others from computing for this long. Longer than a page of customers takes.</summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(60);

    /// <summary>How long figures are given out before MongoDB is asked for newer ones.</summary>
    private static readonly TimeSpan KeptTime = TimeSpan.FromSeconds(1);

    private const string FiguresId = "figures", LeaseId = "lease";

    private Figures? _last;
    private long _lastAt;

    /// <summary>The latest figures; null if there are none yet. One look-up by id at most, however many customers there are.</summary>
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

    /// <summary>Keeps new figures.</summary>
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
    /// Takes the lease or prolongs it. It saves work and guards nothing: two replicas whose clocks differ may compute the same figures at the same time. One
    /// that ends later than any lease should is of another clock, and is not waited for.
    /// </summary>
    /// <returns>False if another replica has it.</returns>
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
            return false; // it is there, so it did not match: another one's
        }
    }
}
