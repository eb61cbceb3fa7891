using Tests.Cluster;

namespace Tests.Faults;

/// <summary>Processes are killed or suspended under load. Afterwards the books balance and every client got a correct response.</summary>
[Collection(SharedFaults.Name), Trait("Category", "Faults")]
public sealed class ProcessFaultTests(FaultCluster cluster)
{
    private const int LimitMs = 180_000;

    /// <summary>Longer than a saga's lease of 6 s, so that another replica takes over the sagas of a suspended one.</summary>
    private static readonly TimeSpan StandstillTime = TimeSpan.FromSeconds(7);

    private const int SurgeClients = 600, VanishingClients = 100;

    private static readonly TimeSpan SurgeTime = TimeSpan.FromSeconds(5), VanishTime = TimeSpan.FromSeconds(5);

    [Theory(Timeout = LimitMs)]
    [InlineData("order-api", 1)]
    [InlineData("order-api", FaultCluster.Replicas)]
    [InlineData("stock-api", FaultCluster.Replicas)]
    [InlineData("payment-api", FaultCluster.Replicas)]
    [InlineData("redis", 1)]
    [InlineData("postgres", 1)]
    [InlineData("gateway", 1)]
    public Task The_books_balance_after_a_kill(string resource, int count) => FaultRun.BalancesAsync(cluster, $"kill -9 of {count} {resource}", async _ =>
    {
        var instances = cluster.Instances(resource, count);
        cluster.Send(Signal.Kill, instances);
        await cluster.DeadAsync(instances);
        foreach (var instance in instances) await cluster.StartAsync(instance);
    });

    [Theory(Timeout = LimitMs)]
    [InlineData("order-api", 1)]
    [InlineData("order-api", FaultCluster.Replicas)]
    [InlineData("stock-api", 1)]
    [InlineData("payment-api", 1)]
    [InlineData("redis", 1)]
    [InlineData("postgres", 1)]
    [InlineData("gateway", 1)]
    public Task The_books_balance_after_a_hang(string resource, int count) =>
        FaultRun.BalancesAsync(cluster, $"SIGSTOP of {count} {resource} for 7 s", async _ =>
    {
        var instances = cluster.Instances(resource, count);
        cluster.Send(Signal.Stop, instances);
        await Task.Delay(StandstillTime, TestContext.Current.CancellationToken);
        cluster.Send(Signal.Continue, instances);
    });

    [Fact(Timeout = LimitMs)]
    public Task The_books_balance_after_a_rolling_restart() => FaultRun.BalancesAsync(cluster, "SIGTERM of all APIs, one replica after the other", async _ =>
    {
        foreach (var instance in FaultCluster.Apis.SelectMany(api => cluster.Instances(api)))
        {
            cluster.Send(Signal.Terminate, [instance]);
            await cluster.DeadAsync([instance]);
            await cluster.StartAsync(instance);
            await cluster.WholeAsync();
        }
    });

    /// <summary>Many more clients than the shop can serve, none of which waits. The shop rejects the excess and recovers when they have gone.</summary>
    [Fact(Timeout = LimitMs)]
    public Task The_books_balance_after_an_overload()
        => FaultRun.BalancesAsync(cluster, $"overload: {SurgeClients} clients more, who do not pause", load => load.SurgeAsync(SurgeClients, SurgeTime));

    /// <summary>Their requests either complete without them or never start.</summary>
    [Fact(Timeout = LimitMs)]
    public Task The_books_balance_after_clients_that_hang_up() => FaultRun.BalancesAsync(
        cluster, $"{VanishingClients} clients hang up within 0.03 s, again and again", load => load.VanishAsync(VanishingClients, VanishTime));
}
