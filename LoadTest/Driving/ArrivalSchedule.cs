using System.Diagnostics;

namespace LoadTest.Driving;

/// <summary>
/// Schedules the requests of an open loop: evenly, however fast the answers come. Requests that are due and not yet sent are the backlog. It is bounded, and
/// the oldest ones above the limit are dropped without being sent. Does no I/O and reads no clock.
/// </summary>
/// <param name="ratePerSecond">Arrivals per second.</param>
/// <param name="begin">When the first arrival is due, in ticks of the stopwatch.</param>
/// <param name="ramp">How long the rate grows from zero to its full value, in ticks of the stopwatch.</param>
internal sealed class ArrivalSchedule(int ratePerSecond, long begin, long ramp = 0)
{
    /// <summary>The maximum backlog, in seconds of the rate.</summary>
    public const int BacklogSecondsMax = 5;

    /// <summary>A request sent at least this much after its due time counts as late. The sending clock is no more precise than this.</summary>
    public const int LateMsMin = 10;

    private static readonly long LateTicks = Stopwatch.Frequency / 1000 * LateMsMin;

    private readonly long _backlogMax = (long)ratePerSecond * BacklogSecondsMax;
    private readonly long _rampCount = (long)((Int128)ratePerSecond * ramp / Stopwatch.Frequency / 2);
    private long _next;

    /// <summary>The time from which no arrival is due, in ticks of the stopwatch.</summary>
    public long End { get; set; } = long.MaxValue;

    /// <summary>The number of arrivals handed out.</summary>
    public long Sent { get; private set; }

    /// <summary>The number of arrivals handed out late, because no connection was free.</summary>
    public long Late { get; private set; }

    /// <summary>The number of arrivals never sent.</summary>
    public long Dropped { get; private set; }

    /// <summary>Takes the oldest due arrival.</summary>
    /// <param name="now">The current time in ticks of the stopwatch.</param>
    /// <param name="scheduled">When the arrival was due.</param>
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

    /// <summary>Gets the number of due arrivals not yet taken.</summary>
    public long Waiting(long now)
    {
        var time = Math.Min(now, End - 1) - begin;
        return time < 0 ? 0 : DueAt(time) + 1 - _next;
    }

    public void Drop(long count)
    {
        _next += count;
        Dropped += count;
    }

    /// <summary>Resets the counts at the beginning of the window.</summary>
    public void ResetCounts() => (Sent, Late, Dropped) = (0, 0, 0);

    // The number of the last arrival due by a time since the beginning, and the time of a number. While the rate grows, the number grows with the square of the
    // time.
    private long DueAt(long time) => time < ramp ? (long)((double)time * time / ramp * ratePerSecond / Stopwatch.Frequency / 2)
        : _rampCount + (long)((Int128)(time - ramp) * ratePerSecond / Stopwatch.Frequency);

    private long TimeOf(long number) => number < _rampCount ? (long)Math.Sqrt(2.0 * number * Stopwatch.Frequency / ratePerSecond * ramp)
        : ramp + (long)((Int128)(number - _rampCount) * Stopwatch.Frequency / ratePerSecond);
}
