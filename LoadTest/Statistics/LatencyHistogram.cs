using System.Numerics;

namespace LoadTest.Statistics;

/// <summary>
/// Counts durations in log-linear buckets, 128 to each power of two (as HdrHistogram does): any percentile is right to 1/128, whatever its size, at 35 kB.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int LinearBits = 7, LinearCount = 1 << LinearBits, BitsMax = 42;

    private readonly long[] _counts = new long[(BitsMax - LinearBits + 1) * LinearCount];

    /// <summary>Longest duration that is told apart, in nanoseconds: 73 minutes. Longer ones count as this, but for <see cref="Max"/>.</summary>
    public const long DurationMax = (1L << BitsMax) - 1;

    /// <summary>How many were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The longest one, exactly; 0 when there is none.</summary>
    public long Max { get; private set; }

    /// <summary>Counts a duration in nanoseconds; a negative one as 0.</summary>
    public void Record(long duration)
    {
        duration = Math.Max(duration, 0);
        _counts[BucketOf(Math.Min(duration, DurationMax))]++;
        Count++;
        if (duration > Max) Max = duration;
    }

    /// <summary>The duration that this part of all recorded ones does not exceed (the upper end of its bucket); 0 when there are none.</summary>
    /// <param name="part">More than 0, up to 1: 0.99 is the 99th percentile.</param>
    public long Percentile(double part)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(part);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(part, 1);
        var left = (long)Math.Ceiling(part * Count);
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            left -= _counts[bucket];
            if (left <= 0 && Count > 0) return Math.Min(EndOf(bucket), Max);
        }

        return Max;
    }

    /// <summary>How many durations are in each bucket that has any, the shortest first: counts, and the bucket's upper end in nanoseconds.</summary>
    public IEnumerable<(long UpTo, long Count)> Buckets() =>
        Enumerable.Range(0, _counts.Length).Where(bucket => _counts[bucket] > 0).Select(bucket => (EndOf(bucket), _counts[bucket]));

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        (Count, Max) = (0, 0);
    }

    // Below 256 a bucket is one nanosecond wide; from there on each next power of two has 128 buckets of twice the width.
    private static int BucketOf(long duration)
    {
        var shift = Math.Max(BitOperations.Log2((ulong)duration | 1) - LinearBits, 0);
        return (shift * LinearCount) + (int)(duration >> shift);
    }

    private static long EndOf(int bucket)
    {
        var shift = Math.Max((bucket / LinearCount) - 1, 0);
        return ((bucket - ((long)shift * LinearCount) + 1) << shift) - 1;
    }
}
