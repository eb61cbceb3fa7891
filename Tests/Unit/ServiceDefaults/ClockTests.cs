using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ServiceDefaults;

namespace Tests.Unit.ServiceDefaults;

[Trait("Category", "Unit")]
public sealed class ClockTests
{
    [Theory]
    [InlineData("3600", 3600)]
    [InlineData("-3600", -3600)]
    [InlineData("0.5", 0.5)]
    [InlineData("-315360000", -315_360_000)]
    public void The_clock_has_the_given_skew(string skew, double seconds)
    {
        var clock = SkewedClock.Parse(skew);
        var (before, now, after) = (TimeProvider.System.GetUtcNow(), clock.GetUtcNow(), TimeProvider.System.GetUtcNow());
        Assert.InRange(now - TimeSpan.FromSeconds(seconds), before, after);
    }

    [Theory]
    [InlineData("an hour")]
    [InlineData("1h")]
    [InlineData("1,5")]
    [InlineData("1e3")]
    [InlineData("315360001")]
    [InlineData("79228162514264337593543950336")]
    public void An_invalid_number_of_seconds_is_reported_at_startup(string skew)
        => Assert.Contains($"'{skew}'", Assert.Throws<FormatException>(() => Clock("Development", skew)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_service_has_the_configured_clock()
        => Assert.InRange(Clock("Development", "86400").GetUtcNow() - DateTimeOffset.UtcNow, TimeSpan.FromHours(23), TimeSpan.FromHours(25));

    [Theory]
    [InlineData("Production", "3600")]
    [InlineData("Production", "nonsense")]
    [InlineData("Staging", "3600")]
    [InlineData("Development", "")]
    public void The_clock_is_the_systems_unless_configured_in_development(string environment, string skew)
        => Assert.Same(TimeProvider.System, Clock(environment, skew));

    private static TimeProvider Clock(string environment, string skew)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { EnvironmentName = environment, Args = ["--Clock:SkewSeconds=" + skew] });
        builder.AddClock();
        using var services = builder.Services.BuildServiceProvider();
        return services.GetRequiredService<TimeProvider>();
    }
}
