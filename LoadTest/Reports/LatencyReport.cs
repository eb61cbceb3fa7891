using HdrHistogram;

namespace LoadTest.Reports;

/// <summary>Percentiles of durations, in milliseconds.</summary>
internal sealed record LatencyReport(double P50Ms, double P95Ms, double P99Ms, double P999Ms, double MaxMs)
{
    public static LatencyReport? Of(LongHistogram histogram) => histogram.TotalCount == 0 ? null
        : new LatencyReport(Ms(histogram, 50), Ms(histogram, 95), Ms(histogram, 99), Ms(histogram, 99.9), Ms(histogram, 100));

    private static double Ms(LongHistogram histogram, double percent) => Math.Round(histogram.GetValueAtPercentile(percent) / 1e6, 3);
}
