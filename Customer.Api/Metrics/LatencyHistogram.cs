using HdrHistogram;

namespace Customer.Api.Metrics;

/// <summary>Counts durations of up to 67 s, for percentiles that are accurate to 1 %. Thread-safe.</summary>
internal sealed class LatencyHistogram
{
    private const long MicrosecondsMax = (1L << 26) - 1;

    private readonly LongConcurrentHistogram _microseconds = new(1, MicrosecondsMax, numberOfSignificantValueDigits: 2);
    private long _sum;

    public long Count => _microseconds.TotalCount;

    public double MeanMs => Volatile.Read(ref _sum) / 1e3 / Math.Max(Count, 1);

    public double MaxMs => Count == 0 ? 0 : _microseconds.GetMaxValue() / 1e3;

    public void Record(TimeSpan duration)
    {
        var microseconds = Math.Clamp((long)duration.TotalMicroseconds, 0, MicrosecondsMax);
        _microseconds.RecordValue(microseconds);
        Interlocked.Add(ref _sum, microseconds);
    }

    /// <summary>Returns the duration in milliseconds that this percentage of all durations does not exceed; 0 if nothing was recorded.</summary>
    public double PercentileMs(double percent) => Count == 0 ? 0 : _microseconds.GetValueAtPercentile(percent) / 1e3;
}
