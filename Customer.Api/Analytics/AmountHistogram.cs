using System.Numerics;

namespace Customer.Api.Analytics;

/// <summary>
/// Counts amounts in log-linear buckets, 128 per power of two (like HdrHistogram). Any percentile of any number of amounts is accurate to 1/128, in 42 kB of
/// memory and on every version of MongoDB. MongoDB's own percentile operator requires 7.0.
/// </summary>
internal sealed class AmountHistogram
{
    private const int LinearBits = 7, LinearCount = 1 << LinearBits, BitsMax = 47;

    /// <summary>The largest amount with a bucket of its own: more than a purchase can cost.</summary>
    public const long AmountMax = (1L << BitsMax) - 1;

    private readonly long[] _counts = new long[(BitsMax - LinearBits + 1) * LinearCount];

    /// <summary>Number of amounts counted.</summary>
    public long Count { get; private set; }

    /// <summary>The exact minimum; 0 if nothing was counted.</summary>
    public long Min { get; private set; }

    /// <summary>The exact maximum; 0 if nothing was counted.</summary>
    public long Max { get; private set; }

    public void Record(long amount)
    {
        amount = Math.Max(amount, 0);
        _counts[BucketOf(Math.Min(amount, AmountMax))]++;
        Min = Count == 0 ? amount : Math.Min(Min, amount);
        Max = Math.Max(Max, amount);
        Count++;
    }

    /// <summary>Returns the amount that the given fraction of all amounts does not exceed (the upper end of its bucket); 0 if nothing was counted.</summary>
    /// <param name="part">The fraction: greater than 0, at most 1.</param>
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

    // Below 256, buckets have a width of 1. From there on, each power of two has 128 buckets of twice the previous width.
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
