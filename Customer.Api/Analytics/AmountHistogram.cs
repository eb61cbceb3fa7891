using System.Numerics;

namespace Customer.Api.Analytics;

/// <summary>
/// Counts amounts in log-linear buckets, 128 to each power of two (as HdrHistogram does), so that any percentile of any number of amounts is right to 1/128 in
/// 42 kB, on every version of MongoDB: its own operator for percentiles came with 7.0.
/// </summary>
internal sealed class AmountHistogram
{
    private const int LinearBits = 7, LinearCount = 1 << LinearBits, BitsMax = 47;

    /// <summary>Greatest amount that is told apart: more than a purchase can cost.</summary>
    public const long AmountMax = (1L << BitsMax) - 1;

    private readonly long[] _counts = new long[(BitsMax - LinearBits + 1) * LinearCount];

    /// <summary>How many were counted.</summary>
    public long Count { get; private set; }

    /// <summary>Exactly; 0 when there is none.</summary>
    public long Min { get; private set; }

    /// <summary>Exactly; 0 when there is none.</summary>
    public long Max { get; private set; }

    /// <summary>Counts an amount.</summary>
    public void Record(long amount)
    {
        amount = Math.Max(amount, 0);
        _counts[BucketOf(Math.Min(amount, AmountMax))]++;
        Min = Count == 0 ? amount : Math.Min(Min, amount);
        Max = Math.Max(Max, amount);
        Count++;
    }

    /// <summary>The amount that this part of all does not exceed (the upper end of its bucket); 0 when there are none.</summary>
    /// <param name="part">More than 0, up to 1.</param>
    public long Percentile(double part)
    {
        var left = (long)Math.Ceiling(part * Count);
        for (var bucket = 0; bucket < _counts.Length && Count > 0; bucket++)
        {
            left -= _counts[bucket];
            if (left <= 0) return Math.Min(EndOf(bucket), Max);
        }

        return Max;
    }

    // Below 256 a bucket is 1 wide; from there on each next power of two has 128 buckets of twice the width.
    private static int BucketOf(long amount)
    {
        var shift = Math.Max(BitOperations.Log2((ulong)amount | 1) - LinearBits, 0);
        return (shift * LinearCount) + (int)(amount >> shift);
    }

    private static long EndOf(int bucket)
    {
        var shift = Math.Max((bucket / LinearCount) - 1, 0);
        return ((bucket - ((long)shift * LinearCount) + 1) << shift) - 1;
    }
}
