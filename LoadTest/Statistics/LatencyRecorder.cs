using HdrHistogram;

namespace LoadTest.Statistics;

/// <summary>
/// Records durations of one kind of answer, in nanoseconds. One thread records without a lock into the histogram of the current second; each second another
/// thread takes that histogram and adds it to the earlier ones.
/// </summary>
internal sealed class LatencyRecorder
{
    /// <summary>The longest duration that is distinguished: 274 seconds, more than any request's time limit. Longer ones count as this.</summary>
    public const long DurationMax = (1L << 38) - 1; // HdrHistogram 2.5 computes the width of a bucket in 32 bits: above this it is wrong

    private const int SignificantDigits = 2; // any duration is accurate to 1/128, with 34 kB per histogram

    private readonly LongHistogram _past = NewHistogram();
    private LongHistogram _second = NewHistogram(), _taken = NewHistogram();

    public static LongHistogram NewHistogram() => new(1, DurationMax, SignificantDigits);

    /// <summary>Gets the duration that this percentage of all recorded ones does not exceed; 0 if there are none.</summary>
    public static long Percentile(LongHistogram histogram, double percent) => histogram.TotalCount == 0 ? 0 : histogram.GetValueAtPercentile(percent);

    /// <summary>Records a duration; a negative one counts as 0.</summary>
    public void Record(long duration) => _second.RecordValue(Math.Clamp(duration, 0, DurationMax));

    /// <summary>Takes the current second. Must not run during <see cref="Record"/>; call <see cref="AddTaken"/> before the next call.</summary>
    public void Take() => (_second, _taken) = (_taken, _second);

    /// <summary>Adds the taken second to the earlier ones, and to a sum.</summary>
    public void AddTaken(LongHistogram sum)
    {
        if (_taken.TotalCount == 0) return;
        sum.Add(_taken);
        _past.Add(_taken);
        _taken.Reset();
    }

    public void AddAll(LongHistogram sum)
    {
        sum.Add(_past);
        sum.Add(_second);
    }
}
