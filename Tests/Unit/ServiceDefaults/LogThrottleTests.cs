using ServiceDefaults;

namespace Tests.Unit.ServiceDefaults;

[Trait("Category", "Unit")]
public sealed class LogThrottleTests
{
    [Fact]
    public void One_line_a_second_is_written_and_the_others_are_counted()
    {
        var time = new ManualTime();
        var throttle = new LogThrottle(time);
        Assert.True(throttle.TryEnter(out var skipped));
        Assert.Equal(0, skipped);
        for (var i = 0; i < 3; i++) Assert.False(throttle.TryEnter(out _));

        time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(throttle.TryEnter(out skipped));
        Assert.Equal(3, skipped);
        Assert.False(throttle.TryEnter(out _));
    }
}
