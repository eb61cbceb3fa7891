using System.Net;
using System.Text.Json;
using Aspire.Hosting.Testing;
using StackExchange.Redis;
using Tests.Cluster;

namespace Tests.Faults;

/// <summary>
/// Redis restarts without its file and has no items or reservations. Nothing is sold or reported as completed until the file is back.
/// </summary>
[Collection(SharedFaults.Name), Trait("Category", "Faults")]
public sealed class LostVolumeTests(FaultCluster cluster) : IDisposable
{
    private const int LimitMs = 180_000;

    private const string Invariant = "same-stock";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30), AlarmLimit = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Fact(Timeout = LimitMs)]
    public Task Nothing_is_sold_from_a_Redis_that_has_lost_its_volume() =>
        FaultRun.BalancesAsync(cluster, "Redis loses its volume, and gets it back", async _ =>
    {
        var redis = cluster.Instances("redis")[0];
        var volume = await VolumeAsync();
        (string Order, Task<ShopClient.Answer> Answer) checkout;
        await SwapAsync(redis, () => Directory.Move(volume, volume + "-kept"));
        try
        {
            await Eventually.EqualAsync((HttpStatusCode.ServiceUnavailable, """{"status":"Unhealthy","failing":["identity"]}"""), HealthAsync, StartLimit);
            await AssertAlarmAsync("none");
            foreach (var path in new[] { "/stock/item/create/1", "/stock/add/0/1", "/stock/batch_init/1/1/1" })
                await cluster.Shop.RefusedAsync("POST", path, HttpStatusCode.ServiceUnavailable, "unavailable");
            await cluster.Shop.RefusedAsync("GET", "/stock/find/0", HttpStatusCode.ServiceUnavailable, "unavailable");

            // A replica without knowledge of the old stock treats this as a new one and seeds it.
            var instance = cluster.Instances("stock-api", 1);
            cluster.Send(Signal.Kill, instance);
            await cluster.DeadAsync(instance);
            await cluster.StartAsync(instance[0]);
            await Eventually.EqualAsync((HttpStatusCode.OK, """{"status":"Healthy"}"""), HealthAsync, StartLimit);
            checkout = await BuyProductAsync();
            await AssertAlarmAsync("another");
            await AssertNothingSoldAsync();
        }
        finally
        {
            await SwapAsync(redis, () =>
            {
                Directory.Delete(volume, recursive: true);
                Directory.Move(volume + "-kept", volume);
            });
        }
        var bought = await checkout.Answer; // the checkout waited or got a 503; it was not rejected
        Assert.True(bought.Status == HttpStatusCode.ServiceUnavailable || await cluster.Shop.IsPaidAsync(checkout.Order), bought.Body);
    });

    private async Task SwapAsync(string redis, Action swap)
    {
        cluster.Send(Signal.Kill, [redis]);
        await cluster.DeadAsync([redis]);
        swap();
        await cluster.StartAsync(redis);
    }

    private async Task<(HttpStatusCode, string)> HealthAsync()
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(cluster.Address(cluster.Instances("stock-api")[0]), "health"), Ct);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct));
        }
        catch (HttpRequestException e)
        {
            return (default, e.Message);
        }
    }

    /// <summary>The reconciliation reports it, and logs it.</summary>
    private async Task AssertAlarmAsync(string found)
    {
        var instance = cluster.Instances("order-api")[0];
        // Unknown until the Stock.Api that is asked has reconnected to Redis.
        var rule = await Eventually.UntilAsync(
            () => cluster.InvariantAsync(instance, Invariant), rule => rule.GetProperty("ok").ValueKind != JsonValueKind.Null, AlarmLimit);
        Assert.True(rule.GetProperty("ok").ValueKind == JsonValueKind.False, $"{rule}");
        Assert.StartsWith(found, rule.GetProperty("samples")[0].GetProperty("found").GetString(), StringComparison.Ordinal);
        await cluster.AssertViolationLoggedAsync(instance, Invariant);
    }

    /// <summary>Orders a seed product. Returns when its checkout has started.</summary>
    private async Task<(string Order, Task<ShopClient.Answer> Answer)> BuyProductAsync()
    {
        using var redis = await RedisAsync();
        var product = (string)(await redis.GetDatabase().HashKeysAsync("products"))[0]!;
        var order = await cluster.Shop.NewOrderAsync(await cluster.Shop.NewUserAsync(1_000_000), (product, 1));
        var checkout = cluster.Shop.CheckoutAsync(order);
        await Eventually.EqualAsync((short)1, async () =>
        {
            await using var status = cluster.Orders.CreateCommand($"SELECT status FROM orders WHERE id = '{order}'");
            return (short)(await status.ExecuteScalarAsync(Ct))!;
        });
        return (order, checkout);
    }

    private async Task AssertNothingSoldAsync()
    {
        using var redis = await RedisAsync();
        var database = redis.GetDatabase();
        await foreach (var key in redis.GetServer(redis.GetEndPoints()[0]).KeysAsync().WithCancellation(Ct))
        {
            var name = (string)key!;
            Assert.False(name.StartsWith("r:", StringComparison.Ordinal), $"It has reservations: {name}.");
            if (!name.StartsWith("i:", StringComparison.Ordinal)) continue;
            Assert.Equal((long)await database.HashGetAsync(key, "t"), (long)await database.HashGetAsync(key, "a"));
        }
    }

    private async Task<string> VolumeAsync()
    {
        using var redis = await RedisAsync();
        return (await redis.GetServer(redis.GetEndPoints()[0]).ConfigGetAsync("dir")).Single().Value;
    }

    private async Task<ConnectionMultiplexer> RedisAsync()
        => await ConnectionMultiplexer.ConnectAsync(await cluster.Cluster.App.GetConnectionStringAsync("redis", Ct) + ",allowAdmin=true");
}
