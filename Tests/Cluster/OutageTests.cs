using System.Net;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace Tests.Cluster;

/// <summary>Stops and starts services with the dashboard's commands.</summary>
[Collection(WholeShop.Name), Trait("Category", "Long")]
public sealed class OutageTests(ClusterFixture fixture)
{
    private const int LimitMs = 180_000;
    private readonly ShopClient _shop = fixture.Shop;
    private readonly RunningCluster _cluster = fixture.Cluster;

    [Fact(Timeout = LimitMs)]
    public async Task A_checkout_interrupted_by_an_outage_returns_503_keeps_the_order_closed_and_ends_once()
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
    public async Task Restart_stop_and_start_work()
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
        var unanswered = await _shop.SendAsync("GET", $"/stock/find/{item}", traceParent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
        AssertUnavailable(unanswered, "no-answer");
        var line = await Eventually.UntilAsync(GatewayLogAsync, line => line?.Contains(unanswered.Member("request_id")!, StringComparison.Ordinal) == true);
        var entry = JsonSerializer.Deserialize<JsonElement>(line!);
        Assert.StartsWith("502", entry.GetProperty("upstream_status").GetString(), StringComparison.Ordinal);
        Assert.Equal($"/stock/find/{item}", entry.GetProperty("path").GetString());
        Assert.Contains("0af7651916cd43dd8448eb211c80319c", entry.GetProperty("traceparent").GetString(), StringComparison.Ordinal);

        await _cluster.CommandAsync("stock-api", KnownResourceCommands.StartCommand);
        Assert.Equal(new Books(3, 0, 0), await _shop.StockAsync(item));
    }

    /// <summary>Returns the gateway's last log line about a failed request. The log is a file where nginx cannot open the AppHost's output.</summary>
    private async Task<string?> GatewayLogAsync()
    {
        var gateway = _cluster.Instances("gateway").Single();
        var command = await File.ReadAllTextAsync($"/proc/{RunningCluster.ProcessId(gateway)}/cmdline", TestContext.Current.CancellationToken);
        var file = Path.Combine(command.Split('\0', ' ').SkipWhile(argument => argument != "-p").ElementAt(1), "access.log");
        if (File.Exists(file)) return (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken)).LastOrDefault();
        string? last = null;
        var loggers = _cluster.App.Services.GetRequiredService<ResourceLoggerService>();
        await foreach (var batch in loggers.GetAllAsync(gateway.ResourceId).WithCancellation(TestContext.Current.CancellationToken))
            last = batch.Select(one => one.Content).LastOrDefault(content => content.Contains("upstream_status", StringComparison.Ordinal)) ?? last;
        return last is null ? null : last[last.IndexOf('{', StringComparison.Ordinal)..];
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
