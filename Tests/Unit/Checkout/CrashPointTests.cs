extern alias OrderApi;

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OrderApi::Order.Api.Checkout;

namespace Tests.Unit.Checkout;

[Trait("Category", "Unit")]
public sealed class CrashPointTests
{
    public static TheoryData<string> Points
        => [.. from step in CrashPoint.Steps from side in new[] { "before", "after", "before:1", "after:1000" } select $"{step}:{side}"];

    [Theory, MemberData(nameof(Points))]
    public void Every_step_has_a_point_before_and_after_it(string point) => Assert.NotNull(CrashPoint.Parse(point));

    [Theory]
    [InlineData("charge")]
    [InlineData("charge:")]
    [InlineData("charge:during")]
    [InlineData("pay:after")]
    [InlineData("Charge:after")]
    [InlineData("charge:after:0")]
    [InlineData("charge:after:-1")]
    [InlineData("charge:after:x")]
    [InlineData("charge:after:1:1")]
    public void An_unknown_crash_point_is_reported_at_startup(string point)
        => Assert.Contains($"'{point}'", Assert.Throws<FormatException>(() => Builder("Development", point).AddCrashPoint()).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Production", "charge:after")]
    [InlineData("Production", "nonsense")]
    [InlineData("Staging", "charge:after")]
    [InlineData("Development", "")]
    public void Nothing_is_injected_unless_configured_in_development(string environment, string point)
    {
        var builder = Builder(environment, point);
        var before = builder.Services.Count;
        builder.AddCrashPoint();
        Assert.Equal(before, builder.Services.Count);
    }

    [Fact]
    public async Task Calls_pass_at_other_points_and_before_the_point_is_reached()
    {
        Assert.Equal(5, await CrashPoint.Parse("charge:before").AroundAsync(["reserve", "commit"], () => Task.FromResult(5)));
        Assert.Equal(5, await CrashPoint.Parse("charge:before:2").AroundAsync(["charge"], () => Task.FromResult(5)));
        Assert.Equal(5, await CrashPoint.Parse("charge:after:2").AroundAsync(["charge"], () => Task.FromResult(5)));
        Assert.Equal(5, await CrashPoint.Parse("adopt:after").AroundAsync(["adopt"], () => Task.FromResult(5), _ => false));
        await Assert.ThrowsAsync<TimeoutException>(
            () => CrashPoint.Parse("charge:after").AroundAsync(["charge"], () => Task.FromException<int>(new TimeoutException())));
    }

    private static WebApplicationBuilder Builder(string environment, string point)
        => WebApplication.CreateEmptyBuilder(new() { EnvironmentName = environment, Args = ["--Checkout:CrashAt=" + point] });
}
