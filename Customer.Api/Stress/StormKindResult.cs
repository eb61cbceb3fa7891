using Customer.Api.Metrics;

namespace Customer.Api.Stress;

/// <summary>Results of one kind of operation. Thread-safe.</summary>
internal sealed class StormKindResult
{
    private int _failed;

    /// <summary>Latency of the successful operations.</summary>
    public LatencyHistogram Latency { get; } = new();

    public int Failed => Volatile.Read(ref _failed);

    public void Fail() => Interlocked.Increment(ref _failed);
}
