using HdrHistogram;

namespace LoadTest.Statistics;

/// <summary>
/// Durations of a kind of answers, in nanoseconds. One thread records, without a lock, into the histogram of the second under way; each second another thread
/// takes that one away and adds it to the earlier ones.
/// </summary>
internal sealed class LatencyRecorder
{
    /// <summary>Longest duration that is told apart: 274 seconds, more than any request is given. Longer ones count as this.</summary>
    public const long DurationMax = (1L << 38) - 1; // HdrHistogram 2.5 computes the width of a bucket in 32 bits: above this it is wrong

    private const int SignificantDigits = 2; // any duration is right to 1/128, at 34 kB for a histogram

    private readonly LongHistogram _past = NewHistogram();
    private LongHistogram _second = NewHistogram(), _taken = NewHistogram();

    public static LongHistogram NewHistogram() => new(1, DurationMax, SignificantDigits);

    /// <summary>The duration that this percentage of all recorded ones does not exceed; 0 when there are none.</summary>
    public static long Percentile(LongHistogram histogram, double percent) => histogram.TotalCount == 0 ? 0 : histogram.GetValueAtPercentile(percent);

    /// <summary>Counts a duration; a negative one as 0.</summary>
    public void Record(long duration) => _second.RecordValue(Math.Clamp(duration, 0, DurationMax));

    /// <summary>Takes the second away. Not during <see cref="Record"/>; <see cref="AddTaken"/> comes before the next one.</summary>
    public void Take() => (_second, _taken) = (_taken, _second);

    /// <summary>Adds the second that was taken to the earlier ones, and to a sum.</summary>
    public void AddTaken(LongHistogram sum)
    {
        if (_taken.TotalCount == 0) return;
        sum.Add(_taken);
        _past.Add(_taken);
        _taken.Reset();
    }

    /// <summary>Adds all that was recorded to a sum.</summary>
    public void AddAll(LongHistogram sum)
    {
        sum.Add(_past);
        sum.Add(_second);
    }
}
