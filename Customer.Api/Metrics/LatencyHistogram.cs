using System.Numerics;

namespace Customer.Api.Metrics;

/// <summary>
/// Counts durations from 1 µs to 67 s in log-linear buckets, 16 per power of two, so that percentiles are accurate to 1/16. Thread-safe.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int LinearBits = 4, LinearCount = 1 << LinearBits, BitsMax = 26;

    private readonly long[] _counts = new long[(BitsMax - LinearBits + 1) * LinearCount];
    private long _count, _sumMicroseconds, _maxMicroseconds;

    /// <summary>Upper bounds of the Prometheus buckets in seconds: powers of two of a microsecond, which are also bounds of this histogram's buckets.</summary>
    public static IEnumerable<(int Bits, double Seconds)> Ends => Enumerable.Range(8, 17).Select(static bits => (bits, (1L << bits) / 1e6));

    public long Count => Volatile.Read(ref _count);

    public double SumSeconds => Volatile.Read(ref _sumMicroseconds) / 1e6;

    public double MaxMs => Volatile.Read(ref _maxMicroseconds) / 1e3;

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

    /// <summary>Returns the duration in milliseconds that the given fraction of all durations does not exceed; 0 if nothing was recorded.</summary>
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

    /// <summary>Returns the number of durations below 2^bits microseconds.</summary>
    public long CountBelow(int bits)
    {
        var count = 0L;
        for (var bucket = 0; bucket < BucketOf(1L << bits); bucket++) count += Volatile.Read(ref _counts[bucket]);
        return count;
    }

    // Below 32 µs, buckets have a width of 1 µs. From there on, each power of two has 16 buckets of twice the previous width.
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
