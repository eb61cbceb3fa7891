using System.Net;
using Tests.Cluster;

namespace Tests.Faults;

/// <summary>Order.Api crashes before and after each write and each call to another service (<c>Checkout:CrashAt</c>).</summary>
[Collection(SharedFaults.Name), Trait("Category", "Faults")]
public sealed class CrashTests(FaultCluster cluster)
{
    private const int LimitMs = 180_000;

    /// <summary>Time to start and to reach the crash point. Recovery first waits for a lease of 6 s.</summary>
    private static readonly TimeSpan CrashLimit = TimeSpan.FromSeconds(30);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>One replica crashes before the step and the other after it, so that none is left until both restart.</summary>
    [Theory(Timeout = LimitMs)]
    [InlineData("begin")]
    [InlineData("reserve")]
    [InlineData("charge")]
    [InlineData("record")]
    [InlineData("commit")]
    [InlineData("end")]
    [InlineData("release")]
    public Task The_books_balance_after_a_crash_before_and_after(string step) => FaultRun.BalancesAsync(cluster, $"crash before and after {step}", async _ =>
    {
        await CrashAsync($"{step}:before", $"{step}:after");
        foreach (var instance in cluster.Instances("order-api")) await cluster.StartAsync(instance);
    });

    /// <summary>
    /// Sagas that were charged when their owners crashed are taken over by replicas that crash too: while searching, after taking over, and before and
    /// after the refund. The refunded orders no longer exist when recovery processes them.
    /// </summary>
    [Fact(Timeout = LimitMs)]
    public async Task Recovery_that_crashes_still_refunds_charges_of_deleted_orders()
    {
        var books = await ShopBooks.OpenAsync(cluster);
        try
        {
            await using (var load = new SteadyLoad(cluster.Shop, ShopBooks.Orders, "crash in recovery"))
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"seed {load.Seed}");
                await load.DecidedAsync(100);
                await CrashAsync("charge:after", "charge:after");
                await load.StopAsync();
            }

            await StartAndAwaitDeathAsync("adopt:before", "adopt:after");
            var orders = await books.ReadOrdersAsync();
            Assert.Contains(orders, order => order.Status == 1);
            await using (var delete = cluster.Orders.CreateCommand("DELETE FROM orders WHERE status = 1")) await delete.ExecuteNonQueryAsync(Ct);
            await StartAndAwaitDeathAsync("refund:before", "refund:after");
            foreach (var instance in cluster.Instances("order-api")) await cluster.StartAsync(instance);
            await cluster.WholeAsync();
            await FaultRun.NoOpenSagaAsync(books);
            await books.AssertChargedAndSoldAsync([.. orders.Where(order => order.Status == 2)]);
        }
        finally
        {
            await cluster.HealAsync();
        }
    }

    /// <summary>Sagas that are open when the orders are replaced complete first, so that no goods or money are lost with an order.</summary>
    [Fact(Timeout = LimitMs)]
    public async Task Replacing_the_orders_waits_for_checkouts_that_a_crash_left_open()
    {
        var books = await ShopBooks.OpenAsync(cluster);
        try
        {
            await using (var load = new SteadyLoad(cluster.Shop, ShopBooks.Orders, "crash before a batch", seed: 1))
            {
                await load.DecidedAsync(100);
                await CrashAsync("end:before", "record:before");
                await load.StopAsync();
            }

            var orders = await books.ReadOrdersAsync();
            Assert.NotEqual(0, await books.OpenSagasAsync());
            foreach (var instance in cluster.Instances("order-api")) await cluster.StartAsync(instance);
            await Eventually.EqualAsync(HttpStatusCode.OK, async () => (await cluster.Shop.SendAsync("POST", "/orders/batch_init/1/2/1/1")).Status,
                TimeSpan.FromSeconds(30));
            await FaultRun.NoOpenSagaAsync(books);
            var charged = (await books.ReadChargesAsync()).Select(charge => charge.Saga).ToHashSet();
            await books.AssertChargedAndSoldAsync([.. orders.Where(order => order.Status == 2 || charged.Contains(order.Saga))]);
        }
        finally
        {
            await cluster.HealAsync();
        }
    }

    /// <summary>Restarts the replicas with these crash points and waits until both have crashed there.</summary>
    private async Task CrashAsync(params string[] points)
    {
        cluster.Send(Signal.Kill, cluster.Instances("order-api"));
        await cluster.DeadAsync(cluster.Instances("order-api"));
        await StartAndAwaitDeathAsync(points);
    }

    private async Task StartAndAwaitDeathAsync(params string[] points)
    {
        await StartAsync(points);
        foreach (var (instance, point) in cluster.Instances("order-api").Zip(points))
        {
            var words = $"{point} is reached";
            var log = await Eventually.UntilAsync(() => cluster.LogAsync(instance), log => log.Contains(words, StringComparison.Ordinal), CrashLimit);
            Assert.Contains(words, log, StringComparison.Ordinal);
        }
        await cluster.DeadAsync(cluster.Instances("order-api"));
    }

    private async Task StartAsync(params string[] points)
    {
        foreach (var (instance, point) in cluster.Instances("order-api").Zip(points)) await cluster.StartAsync(instance, ("Checkout__CrashAt", point));
    }
}
