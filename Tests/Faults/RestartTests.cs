using System.Diagnostics;
using Tests.Cluster;

namespace Tests.Faults;

/// <summary>With the AppHost's restart policy, a process that dies is restarted.</summary>
public sealed class RestartingCluster(SharedShop shared) : FaultCluster(shared)
{
    protected override IEnumerable<string> Arguments => [.. base.Arguments, "--Restarts:Enabled=true"];
}

/// <summary>Every service and engine is restarted automatically.</summary>
[Collection(Alone.Name), Trait("Category", "Faults")]
public sealed class RestartTests(RestartingCluster cluster) : IClassFixture<RestartingCluster>
{
    private const int LimitMs = 600_000;

    private static readonly TimeSpan BackLimit = TimeSpan.FromSeconds(10);

    private static readonly string[] Resources =
        ["order-api", "stock-api", "payment-api", "customer-api", "storefront", "mongodb-gateway", "mongodb", "redis", "postgres", "gateway"];

    [Fact(Timeout = LimitMs)]
    public Task A_process_killed_under_load_is_back_within_ten_seconds() => FaultRun.BalancesAsync(
        cluster, "kill -9 of all processes, one after the other, restarted by the AppHost", async _ =>
        {
            foreach (var resource in Resources)
                foreach (var instance in cluster.Instances(resource)) await KillAsync(resource, instance);
        });

    private async Task KillAsync(string resource, string instance)
    {
        var clock = Stopwatch.StartNew();
        var killed = cluster.Processes(instance)[0];
        cluster.Send(Signal.Kill, [instance]);
        // A killed process is a zombie until DCP has reaped it; the next process has another id.
        var isBack = await Eventually.UntilAsync(() => Task.FromResult(cluster.TryProcess(instance) is { } id && id != killed), back => back, BackLimit);
        Assert.True(isBack, $"{instance} was not started again within {BackLimit}.");
        await cluster.WholeAsync();
        var back = clock.Elapsed;
        TestContext.Current.TestOutputHelper?.WriteLine($"{instance}: back after {back.TotalSeconds:0.0} s");
        Assert.True(back < BackLimit, $"{instance} was back after {back.TotalSeconds:0.0} s.");
        // Aspire notices later, because it polls an unhealthy resource at growing intervals of up to 5 s.
        await cluster.Cluster.HealthyAsync(cluster.Cluster.Instances(resource).Single(i => i.ResourceId == instance).Resource.Name);
    }
}
