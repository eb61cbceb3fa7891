using Customer.Api.Customers;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Customer.Api.Analytics;

/// <summary>Stores the statistics for all replicas, and the lease of the replica that computes them.</summary>
internal sealed class AnalyticsStore(CustomerCollection customers, CustomerLease lease, TimeProvider time)
{
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

    /// <summary>Takes or renews the lease of the computation.</summary>
    /// <returns>False if another replica has the lease.</returns>
    public Task<bool> TryLeaseAsync(CancellationToken cancellationToken) => lease.TryTakeAsync(LeaseId, cancellationToken);
}
