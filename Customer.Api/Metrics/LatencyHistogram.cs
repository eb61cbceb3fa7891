using System.Numerics;

namespace Customer.Api.Metrics;

/// <summary>
/// Counts durations from 1 µs to 67 s in log-linear buckets, 16 to each power of two, so that percentiles are right to 1/16. For any number of threads.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int LinearBits = 4, LinearCount = 1 << LinearBits, BitsMax = 26;

    private readonly long[] _counts = new long[(BitsMax - LinearBits + 1) * LinearCount];
    private long _count, _sumMicroseconds, _maxMicroseconds;

    /// <summary>The ends of Prometheus's buckets, seconds: powers of two of a microsecond, where this histogram's buckets end as well.</summary>
    public static IEnumerable<(int Bits, double Seconds)> Ends => Enumerable.Range(8, 17).Select(static bits => (bits, (1L << bits) / 1e6));

    public long Count => Volatile.Read(ref _count);

    public double SumSeconds => Volatile.Read(ref _sumMicroseconds) / 1e6;

    public double MaxMs => Volatile.Read(ref _maxMicroseconds) / 1e3;

    /// <summary>Counts a duration.</summary>
    public void Record(TimeSpan duration)
    {
        var microseconds = Math.Max((long)duration.TotalMicroseconds, 0);
        Interlocked.Increment(ref _counts[BucketOf(Math.Min(microseconds, (1L << BitsMax) - 1))]);
        Interlocked.Add(ref _sumMicroseconds, microseconds);
        for (var max = Volatile.Read(ref _maxMicroseconds); microseconds > max; max = Volatile.Read(ref _maxMicroseconds))
        {
            if (Interlocked.CompareExchange(ref _maxMicroseconds, microseconds, max) == max) break;
        }

        Interlocked.Increment(ref _count);
    }

    /// <summary>The duration that this part of all recorded ones does not exceed, milliseconds; 0 when there are none.</summary>
    public double PercentileMs(double part)
    {
        var left = (long)Math.Ceiling(part * Count);
        if (left == 0) return 0;
        for (var bucket = 0; bucket < _counts.Length; bucket++)
        {
            left -= Volatile.Read(ref _counts[bucket]);
            if (left <= 0) return Math.Min(EndOf(bucket) / 1e3, MaxMs);
        }

        return MaxMs;
    }

    /// <summary>How many took less than 2 to the power of so many bits, in microseconds.</summary>
    public long CountBelow(int bits)
    {
        var count = 0L;
        for (var bucket = 0; bucket < BucketOf(1L << bits); bucket++) count += Volatile.Read(ref _counts[bucket]);
        return count;
    }

    // Below 32 a bucket is a microsecond wide; from there on each next power of two has 16 buckets of twice the width.
    private static int BucketOf(long microseconds)
    {
        var shift = Math.Max(BitOperations.Log2((ulong)microseconds | 1) - LinearBits, 0);
        return (shift * LinearCount) + (int)(microseconds >> shift);
    }

    private static long EndOf(int bucket)
    {
        var shift = Math.Max((bucket / LinearCount) - 1, 0);
        return (bucket - ((long)shift * LinearCount) + 1) << shift;
    }
}
