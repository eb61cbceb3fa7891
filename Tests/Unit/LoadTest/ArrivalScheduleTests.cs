using System.Diagnostics;
using LoadTest.Driving;

namespace Tests.Unit.LoadTest;

[Trait("Category", "Unit")]
public sealed class ArrivalScheduleTests
{
    private const long Begin = 1_000_000;
    private static readonly long Ms = Stopwatch.Frequency / 1000;

    [Fact]
    public void Arrivals_are_due_evenly_and_their_time_is_the_scheduled_one()
    {
        var schedule = new ArrivalSchedule(100, Begin);
        Assert.False(schedule.TryTake(Begin - 1, out _));
        Assert.Equal([0, 10, 20, 30], Take(schedule, Begin + (30 * Ms)));
        Assert.False(schedule.TryTake(Begin + (40 * Ms) - 1, out _));
        Assert.Equal([40], Take(schedule, Begin + (40 * Ms)));
        Assert.Equal(5, schedule.Sent);
    }

    [Fact]
    public void During_the_ramp_the_rate_grows_linearly_and_then_stays()
    {
        var schedule = new ArrivalSchedule(100, Begin, ramp: 1000 * Ms);
        Assert.Equal(13, Take(schedule, Begin + (500 * Ms)).Count); // an eighth of the rate, plus the first arrival
        Assert.Equal(37, Take(schedule, Begin + (999 * Ms)).Count);
        Assert.Equal([1000, 1010, 1020], Take(schedule, Begin + (1020 * Ms)));
        Assert.Equal(100, Take(schedule, Begin + (2020 * Ms)).Count);
    }

    [Fact]
    public void One_that_waited_for_a_connection_is_late_and_keeps_its_time()
    {
        var schedule = new ArrivalSchedule(10, Begin);
        Assert.Equal([0, 100], Take(schedule, Begin + (105 * Ms)));
        Assert.Equal((2, 1, 0), (schedule.Sent, schedule.Late, schedule.Dropped));
    }

    [Fact]
    public void The_oldest_arrivals_of_a_long_backlog_are_dropped()
    {
        var schedule = new ArrivalSchedule(10, Begin);
        var now = Begin + ((ArrivalSchedule.BacklogSecondsMax + 2) * 1000 * Ms);
        Assert.True(schedule.TryTake(now, out var scheduled));
        Assert.Equal(21, schedule.Dropped); // 71 are due, and 50 may wait
        Assert.Equal(Begin + (2100 * Ms), scheduled);
        Assert.Equal(49, schedule.Waiting(now));
    }

    [Fact]
    public void None_is_due_after_the_end()
    {
        var schedule = new ArrivalSchedule(100, Begin) { End = Begin + (30 * Ms) };
        Assert.Equal([0, 10, 20], Take(schedule, Begin + (1000 * Ms)));
        Assert.Equal(0, schedule.Waiting(long.MaxValue));
    }

    [Fact]
    public void An_hour_at_the_highest_rate_does_not_overflow()
    {
        var schedule = new ArrivalSchedule(1_000_000, Begin);
        var now = Begin + (4_200L * Stopwatch.Frequency);
        Assert.Equal(4_200_000_001, schedule.Waiting(now));
        Assert.True(schedule.TryTake(now, out var scheduled));
        Assert.InRange(scheduled, now - (ArrivalSchedule.BacklogSecondsMax * Stopwatch.Frequency), now);
    }

    // Milliseconds since the start.
    private static List<long> Take(ArrivalSchedule schedule, long now)
    {
        var taken = new List<long>();
        while (schedule.TryTake(now, out var scheduled)) taken.Add((scheduled - Begin) / Ms);
        return taken;
    }
}
