using Customer.Api.Metrics;

namespace Customer.Api.Stress;

/// <summary>What became of a kind of operation. Threads may count at the same time.</summary>
internal sealed class StormKindResult
{
    private int _failed;

    /// <summary>Of those that succeeded.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>Operations that failed.</summary>
    public int Failed => Volatile.Read(ref _failed);

    /// <summary>Counts one that failed.</summary>
    public void Fail() => Interlocked.Increment(ref _failed);
}
