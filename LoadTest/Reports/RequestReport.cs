using HdrHistogram;

namespace LoadTest.Reports;

/// <summary>The requests of one kind that were answered as expected.</summary>
internal sealed record RequestReport(string Name, long Count, double PerSecond, LatencyReport? Latency)
{
    public static RequestReport Of(string name, LongHistogram latency, double seconds) =>
        new(name, latency.TotalCount, seconds > 0 ? latency.TotalCount / seconds : 0, LatencyReport.Of(latency));
}
