using System.Globalization;
using System.Text.Json;
using Tests.Cluster;

namespace Tests.Faults;

/// <summary>Hosts with different clocks (<c>Clock:SkewSeconds</c>): no part of a checkout depends on a host's clock.</summary>
[Collection(SharedFaults.Name), Trait("Category", "Faults")]
public sealed class ClockFaultTests(FaultCluster cluster)
{
    private const int LimitMs = 180_000, CheckoutsBetween = 100;

    /// <summary>Longer than a saga's lease of 6 s, so that the remaining replica takes over the open sagas of a dead one.</summary>
    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(7), Inaccuracy = TimeSpan.FromSeconds(10);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The replica with the wrong clock takes over the sagas of the other one, and vice versa.</summary>
    [Theory(Timeout = LimitMs)]
    [InlineData("order-api", -1)]
    [InlineData("order-api", 25)]
    [InlineData("stock-api", 25)]
    public async Task The_books_balance_while_clocks_differ(string api, int hours)
    {
        await FaultRun.BalancesAsync(cluster, $"the clock of 1 {api} is {Math.Abs(hours)} h {(hours > 0 ? "ahead" : "behind")}", async load =>
        {
            var (wrong, right) = (cluster.Instances(api)[0], cluster.Instances(api)[1]);
            var (skew, deadTime) = (TimeSpan.FromHours(hours), api == "order-api" ? LeaseTime : TimeSpan.Zero);
            await DieAsync(wrong);
            await cluster.StartAsync(wrong, ("Clock__SkewSeconds", skew.TotalSeconds.ToString(CultureInfo.InvariantCulture)));
            await cluster.WholeAsync();
            var now = DateTimeOffset.FromUnixTimeSeconds((await cluster.AskAsync(wrong, "internal/figures")).GetProperty("now").GetInt64());
            Assert.InRange(now - skew, DateTimeOffset.UtcNow - Inaccuracy, DateTimeOffset.UtcNow + Inaccuracy);
            await load.DecidedAsync(CheckoutsBetween);
            await DieAsync(right);
            await Task.Delay(deadTime, Ct);
            await cluster.StartAsync(right);
            await cluster.WholeAsync();
            await load.DecidedAsync(CheckoutsBetween);
            foreach (var instance in cluster.Instances("order-api")) Assert.NotEqual(JsonValueKind.False, (await ReconcileAsync(instance)).ValueKind);
            await DieAsync(wrong);
            await Task.Delay(deadTime, Ct);
            await cluster.StartAsync(wrong);
        });
        foreach (var instance in cluster.Instances("order-api")) Assert.Equal(JsonValueKind.True, (await ReconcileAsync(instance)).ValueKind);
    }

    private async Task DieAsync(string instance)
    {
        cluster.Send(Signal.Kill, [instance]);
        await cluster.DeadAsync([instance]);
    }

    private async Task<JsonElement> ReconcileAsync(string instance)
    {
        var report = await cluster.AskAsync(instance, "internal/reconciliation");
        TestContext.Current.TestOutputHelper?.WriteLine($"{instance}: {report}");
        return report.GetProperty("ok");
    }
}
