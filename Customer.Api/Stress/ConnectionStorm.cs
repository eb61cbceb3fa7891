using System.Collections.Concurrent;
using System.Diagnostics;
using Customer.Api.Customers;
using Customer.Api.Metrics;
using MongoDB.Bson;
using MongoDB.Driver;
using ServiceDefaults;

namespace Customer.Api.Stress;

/// <summary>What a storm came to.</summary>
internal sealed record StormResult(
    int Succeeded, int Failed, double Seconds, bool IsCutShort, LatencyHistogram Latency, IReadOnlyDictionary<string, int> Errors);

/// <summary>
/// Sends many small commands at once over the client that all requests share, so that they compete for its pool. One storm at a time: two would measure each
/// other.
/// </summary>
internal sealed class ConnectionStorm(CustomerCollection customers) : IDisposable
{
    private const int ErrorKindsMax = 20;

    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Runs a storm.</summary>
    /// <exception cref="OverloadException">Another one is under way.</exception>
    public async Task<StormResult> RunAsync(int operations, int concurrency, CancellationToken cancellationToken)
    {
        if (!await _one.WaitAsync(0, cancellationToken)) throw new OverloadException("Another storm is under way.");
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(StressLimits.StormTimeMax);
            var (latency, errors, left) = (new LatencyHistogram(), new ConcurrentDictionary<string, int>(StringComparer.Ordinal), operations);
            var started = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, Math.Min(concurrency, operations)).Select(_ => Task.Run(WorkAsync, CancellationToken.None)));
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            cancellationToken.ThrowIfCancellationRequested();
            return new((int)latency.Count, errors.Values.Sum(), seconds, limit.IsCancellationRequested, latency, errors);

            async Task WorkAsync()
            {
                while (Interlocked.Decrement(ref left) >= 0 && !limit.IsCancellationRequested)
                {
                    var began = Stopwatch.GetTimestamp();
                    try
                    {
                        await customers.Database.RunCommandAsync<BsonDocument>(Ping, cancellationToken: CancellationToken.None);
                        latency.Record(Stopwatch.GetElapsedTime(began));
                    }
                    catch (Exception e) when (e is MongoException or TimeoutException)
                    {
                        errors.AddOrUpdate(errors.Count < ErrorKindsMax ? e.GetType().Name : nameof(Exception), 1, static (_, count) => count + 1);
                    }
                }
            }
        }
        finally
        {
            _one.Release();
        }
    }

    private static BsonDocument Ping => new("ping", 1);

    /// <inheritdoc />
    public void Dispose() => _one.Dispose();
}
