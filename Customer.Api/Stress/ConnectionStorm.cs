using System.Collections.Concurrent;
using System.Diagnostics;
using Customer.Api.Configuration;
using Customer.Api.Customers;
using Customer.Api.Metrics;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Customer.Api.Stress;

/// <summary>
/// Runs many small operations of all kinds at once. They use either the shared client, and compete with requests for its pool, or a client of their own whose
/// connections are closed after a millisecond, so that nearly every operation opens one. Only one storm runs at a time, because two would affect each other's
/// measurements.
/// </summary>
internal sealed class ConnectionStorm(
    IMongoClient client, CustomerCollection customers, StressCollection stress, PoolStatistics pool, CustomerSettings settings) : IDisposable
{
    private const int ErrorKindsMax = 20;

    private static readonly StormKind[] Kinds = Enum.GetValues<StormKind>();

    private readonly StressGate _gate = new(1);

    /// <param name="operations">Number of operations; the kinds take turns.</param>
    /// <param name="concurrency">Number of concurrent operations.</param>
    /// <param name="reconnects">Whether connections are constantly opened and closed.</param>
    /// <param name="request">Canceled when the client disconnects.</param>
    /// <returns>Null if another storm is running.</returns>
    public Task<StormResult?> RunAsync(int operations, int concurrency, bool reconnects, CancellationToken request) => _gate.RunAsync(
        async cancellationToken =>
        {
            if (!reconnects) return await RunAsync(customers.Database, pool, operations, concurrency, cancellationToken);
            var own = new PoolStatistics();
            using var churning = new MongoClient(Churning(own));
            return await RunAsync(churning.GetDatabase(settings.DatabaseName), own, operations, concurrency, cancellationToken);
        },
        request);

    private async Task<StormResult?> RunAsync(
        IMongoDatabase database, PoolStatistics used, int operations, int concurrency, CancellationToken cancellationToken)
    {
        var (before, latency, errors) = (used.Now(), new LatencyHistogram(), new ConcurrentDictionary<string, int>(StringComparer.Ordinal));
        var byKind = Kinds.ToDictionary(static kind => kind, static _ => new StormKindResult());
        var (started, left) = (Stopwatch.GetTimestamp(), operations);
        try
        {
            var work = await PrepareAsync(database, cancellationToken);
            started = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, Math.Min(concurrency, operations)).Select(_ => Task.Run(() => WorkAsync(work), CancellationToken.None)));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The result reports the completed operations.
        }

        var (seconds, done) = (Stopwatch.GetElapsedTime(started).TotalSeconds, byKind.Values.Sum(static kind => kind.Latency.Count + kind.Failed));
        return new(seconds, done < operations, byKind, latency, errors, before, used.Now());

        async Task WorkAsync(StormOperations work)
        {
            while (!cancellationToken.IsCancellationRequested && Interlocked.Decrement(ref left) is >= 0 and var number)
            {
                var kind = Kinds[(operations - 1 - number) % Kinds.Length];
                var began = Stopwatch.GetTimestamp();
                try
                {
                    await work.RunAsync(kind, cancellationToken);
                    latency.Record(Stopwatch.GetElapsedTime(began));
                    byKind[kind].Latency.Record(Stopwatch.GetElapsedTime(began));
                }
                catch (Exception e) when (e is MongoException or TimeoutException)
                {
                    byKind[kind].Fail();
                    errors.AddOrUpdate(errors.Count < ErrorKindsMax ? e.GetType().Name : nameof(Exception), 1, static (_, count) => count + 1);
                }
            }
        }
    }

    private async Task<StormOperations> PrepareAsync(IMongoDatabase database, CancellationToken cancellationToken)
    {
        var documents = await stress.OpenAsync(database, cancellationToken);
        var some = database.GetCollection<BsonDocument>(settings.CollectionName);
        var options = new FindOptions<BsonDocument> { Limit = StormOperations.IdsMax, Projection = new BsonDocument(Fields.Id, 1) };
        using var cursor = await some.FindAsync(new BsonDocument(), options, cancellationToken);
        return new(some, documents, stress, (await cursor.ToListAsync(cancellationToken)).ConvertAll(static customer => customer[Fields.Id]));
    }

    // Removes the listeners of the shared client, whose metrics cover its own pool only.
    private MongoClientSettings Churning(PoolStatistics own)
    {
        var churning = client.Settings.Clone();
        churning.ClusterConfigurator = ClientSettings.WithLongQueues;
        churning.MinConnectionPoolSize = 0;
        churning.MaxConnectionLifeTime = TimeSpan.FromMilliseconds(1);
        own.Listen(churning);
        return churning;
    }

    /// <inheritdoc />
    public void Dispose() => _gate.Dispose();
}
