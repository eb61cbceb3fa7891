using System.Diagnostics;

namespace LoadTest.Driving;

/// <summary>
/// When requests of an open loop are to be sent: evenly, however fast the answers come. Those that are due and not yet sent are the backlog; it is bounded,
/// and what leaves it unsent is dropped from its old end. Without I/O and clock.
/// </summary>
/// <param name="ratePerSecond">Arrivals a second.</param>
/// <param name="begin">When the first is due, in ticks of the stopwatch.</param>
/// <param name="ramp">How long the rate grows from nothing to all of it, in ticks of the stopwatch.</param>
internal sealed class ArrivalSchedule(int ratePerSecond, long begin, long ramp = 0)
{
    /// <summary>Most arrivals that wait, in seconds of the rate.</summary>
    public const int BacklogSecondsMax = 5;

    /// <summary>A request that is sent this much after its time was late. Below that is the grain of the clock that sends.</summary>
    public const int LateMsMin = 10;

    private static readonly long LateTicks = Stopwatch.Frequency / 1000 * LateMsMin;

    private readonly long _backlogMax = (long)ratePerSecond * BacklogSecondsMax;
    private readonly long _rampCount = (long)((Int128)ratePerSecond * ramp / Stopwatch.Frequency / 2);
    private long _next;

    /// <summary>From when on none is due, in ticks of the stopwatch.</summary>
    public long End { get; set; } = long.MaxValue;

    /// <summary>Arrivals that were given out.</summary>
    public long Sent { get; private set; }

    /// <summary>Arrivals that were given out late: no connection was free.</summary>
    public long Late { get; private set; }

    /// <summary>Arrivals that were never sent.</summary>
    public long Dropped { get; private set; }

    /// <summary>Takes the oldest arrival that is due.</summary>
    /// <param name="now">In ticks of the stopwatch.</param>
    /// <param name="scheduled">When it was due.</param>
    public bool TryTake(long now, out long scheduled)
    {
        var waiting = Waiting(now);
        if (waiting > _backlogMax) Drop(waiting - _backlogMax);
        scheduled = begin + TimeOf(_next);
        if (waiting <= 0) return false;
        _next++;
        Sent++;
        if (now - scheduled > LateTicks) Late++;
        return true;
    }

    /// <summary>How many are due and not yet taken.</summary>
    public long Waiting(long now)
    {
        var time = Math.Min(now, End - 1) - begin;
        return time < 0 ? 0 : DueAt(time) + 1 - _next;
    }

    /// <summary>Gives up the oldest ones that wait.</summary>
    public void Drop(long count)
    {
        _next += count;
        Dropped += count;
    }

    /// <summary>Counts from here on: the window begins.</summary>
    public void ResetCounts() => (Sent, Late, Dropped) = (0, 0, 0);

    // The number of the last one that is due at a time after the beginning, and the time of a number. While the rate grows the number grows as time's square.
    private long DueAt(long time) => time < ramp ? (long)((double)time * time / ramp * ratePerSecond / Stopwatch.Frequency / 2)
        : _rampCount + (long)((Int128)(time - ramp) * ratePerSecond / Stopwatch.Frequency);

    private long TimeOf(long number) => number < _rampCount ? (long)Math.Sqrt(2.0 * number * Stopwatch.Frequency / ratePerSecond * ramp)
        : ramp + (long)((Int128)(number - _rampCount) * Stopwatch.Frequency / ratePerSecond);
}
