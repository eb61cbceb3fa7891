namespace Customer.Api.Metrics;

/// <summary>Metrics of one endpoint's requests.</summary>
internal sealed class RequestSeries(string method, string route)
{
    private readonly long[] _byClass = new long[6];

    public string Method { get; } = method;

    public string Route { get; } = route;

    public LatencyHistogram Latency { get; } = new();

    /// <summary>Returns the number of responses with a status of this class (1 for 1xx to 5 for 5xx).</summary>
    public long CountOf(int statusClass) => Volatile.Read(ref _byClass[statusClass]);

    public void Record(int status, TimeSpan duration)
    {
        Interlocked.Increment(ref _byClass[Math.Clamp(status / 100, 1, 5)]);
        Latency.Record(duration);
    }
}
