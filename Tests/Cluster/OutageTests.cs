using System.Net;
using Aspire.Hosting.ApplicationModel;

namespace Tests.Cluster;

/// <summary>Services are stopped and started by the commands that the dashboard offers.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Long")]
public sealed class OutageTests(ClusterFixture fixture)
{
    private const int LimitMs = 180_000;
    private readonly ShopClient _shop = fixture.Shop;
    private readonly RunningCluster _cluster = fixture.Cluster;

    [Fact(Timeout = LimitMs)]
    public async Task A_checkout_that_an_outage_interrupts_says_503_keeps_the_order_closed_and_ends_once()
    {
        var (user, item) = (await _shop.NewUserAsync(10), await _shop.NewItemAsync(5, 10));
        var order = await _shop.NewOrderAsync(user, (item, 1));
        await _cluster.CommandAsync("payment-api", KnownResourceCommands.StopCommand);
        try
        {
            var answer = await _shop.CheckoutAsync(order);
            AssertUnavailable(answer, "payment-unavailable");
            Assert.True(Guid.TryParse(answer.Member("saga_id"), out _), answer.Body);
            await _shop.RefusedAsync("POST", $"/orders/addItem/{order}/{item}/1", HttpStatusCode.Conflict, "order-not-open");
            await _shop.RefusedAsync("DELETE", $"/orders/removeItem/{order}/{item}", HttpStatusCode.Conflict, "order-not-open");
            AssertUnavailable(await _shop.SendAsync("GET", $"/payment/find_user/{user}"), "no-answer");
        }
        finally
        {
            await _cluster.CommandAsync("payment-api", KnownResourceCommands.StartCommand);
        }
        await Eventually.EqualAsync(HttpStatusCode.OK, async () => (await _shop.CheckoutAsync(order)).Status, TimeSpan.FromSeconds(30));
        await Eventually.EqualAsync(new Books(9, 0, 1), () => _shop.StockAsync(item));
        Assert.Equal((5, true), (await _shop.CreditAsync(user), await _shop.IsPaidAsync(order)));
    }

    [Fact(Timeout = LimitMs)]
    public async Task Restart_stop_and_start_do_what_they_say()
    {
        var first = ProcessId();
        await _cluster.CommandAsync("stock-api", KnownResourceCommands.RestartCommand);
        var second = ProcessId();
        Assert.NotEqual(first, second);
        var item = await _shop.NewItemAsync(5, 3);

        await _cluster.CommandAsync("stock-api", KnownResourceCommands.StopCommand);
        await Eventually.EqualAsync(true,
            () => Task.FromResult(KnownResourceStates.TerminalStates.Contains(_cluster.Instances("stock-api").Single().Snapshot.State!.Text)));
        Assert.False(Directory.Exists($"/proc/{second}"));
        AssertUnavailable(await _shop.SendAsync("GET", $"/stock/find/{item}"), "no-answer");

        await _cluster.CommandAsync("stock-api", KnownResourceCommands.StartCommand);
        Assert.Equal(new Books(3, 0, 0), await _shop.StockAsync(item));
    }

    private static void AssertUnavailable(ShopClient.Answer answer, string reason)
    {
        Assert.Equal(reason, answer.Member("reason"));
        Assert.Matches("^[0-9a-f]{32}$", answer.Member("request_id"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable"), (answer.Status, answer.Problem));
        Assert.NotNull(answer.RetryAfter);
    }

    private int? ProcessId() => RunningCluster.ProcessId(_cluster.Instances("stock-api").Single());
}
