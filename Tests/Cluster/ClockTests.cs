using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;
using Npgsql;
using StackExchange.Redis;

namespace Tests.Cluster;

/// <summary>A replica with a wrong system clock behaves like the others, because ages are computed from the stores' clocks.</summary>
[Collection(WholeShop.Name), Trait("Category", "Long")]
public sealed class ClockTests(ClusterFixture cluster) : IAsyncLifetime
{
    private const int LimitMs = 180_000, HourSeconds = 3_600;

    private static readonly TimeSpan Inaccuracy = TimeSpan.FromSeconds(5), FiguresLimit = TimeSpan.FromSeconds(40);

    private readonly ShopClient _shop = cluster.Shop;
    private NpgsqlDataSource _orders = null!, _payments = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _orders = NpgsqlDataSource.Create((await cluster.Cluster.App.GetConnectionStringAsync("orders"))!);
        _payments = NpgsqlDataSource.Create((await cluster.Cluster.App.GetConnectionStringAsync("payments"))!);
    }

    public async ValueTask DisposeAsync()
    {
        await _orders.DisposeAsync();
        await _payments.DisposeAsync();
    }

    /// <summary>Saga ids are compared with each other and with the time, so all replicas must take their ids from one clock.</summary>
    [Theory(Timeout = LimitMs)]
    [InlineData(HourSeconds)]
    [InlineData(-HourSeconds)]
    [InlineData(25 * HourSeconds)]
    public async Task Checkouts_use_the_databases_clock_and_pass_the_reconciliation_of_every_replica(int seconds)
    {
        await using var replica = await StartAsync("order-api", seconds);
        for (var i = 0; i < 3; i++)
        {
            var order = await _shop.NewOrderAsync(await _shop.NewUserAsync(100), (await _shop.NewItemAsync(5, 10), 2));
            using var paid = await replica.Http.PostAsync(new Uri($"/checkout/{order}", UriKind.Relative), null, Stop);
            Assert.Equal(HttpStatusCode.OK, paid.StatusCode);
            var saga = (Guid)(await ScalarAsync(_orders, $"SELECT saga_id FROM orders WHERE id = '{order}'"))!;
            Assert.InRange(TimeOf(saga), DateTimeOffset.UtcNow - Inaccuracy, DateTimeOffset.UtcNow + Inaccuracy);
        }

        Assert.Equal(JsonValueKind.True, (await ReconcileAsync(replica.Http)).GetProperty("ok").ValueKind);
        using var other = new HttpClient { BaseAddress = cluster.Cluster.App.GetEndpoint("order-api") };
        Assert.Equal(JsonValueKind.True, (await ReconcileAsync(other)).GetProperty("ok").ValueKind);
    }

    /// <summary>A charge may exist without its paid order only for the duration of a checkout, by the database's clock.</summary>
    [Theory(Timeout = LimitMs)]
    [InlineData(HourSeconds)]
    [InlineData(-HourSeconds)]
    public async Task A_charge_without_an_order_is_reported_by_its_real_age_on_any_clock(int seconds)
    {
        await using var replica = await StartAsync("order-api", seconds);
        var (now, user) = ((DateTime)(await ScalarAsync(_orders, "SELECT now()"))!, await _shop.NewUserAsync(10));
        var (young, old) = (Guid.CreateVersion7(now), Guid.CreateVersion7(now.AddMinutes(-2)));
        await ScalarAsync(_payments, $"UPDATE accounts SET balance = 6, captured = 4 WHERE id = '{user}'");
        await ChargeAsync(young, user);
        Assert.Equal("", Named(await ReconcileAsync(replica.Http)));
        await ScalarAsync(_payments, $"DELETE FROM entries WHERE id = '{young}'");
        await ChargeAsync(old, user);
        Assert.Equal($"{old}", Named(await ReconcileAsync(replica.Http)));
        await ScalarAsync(_payments, $"UPDATE accounts SET balance = 10, captured = 0 WHERE id = '{user}'; DELETE FROM entries WHERE id = '{old}'");
    }

    /// <summary>Reservation records are kept by the clock of Order.Api's database, which may differ from Redis's clock.</summary>
    [Theory(Timeout = LimitMs)]
    [InlineData(HourSeconds)]
    [InlineData(48 * HourSeconds)]
    public async Task Held_stock_is_found_by_the_clock_that_dated_it(int seconds)
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync((await cluster.Cluster.App.GetConnectionStringAsync("redis", Stop))!);
        var (saga, item, then) = (Guid.CreateVersion7(), await _shop.NewItemAsync(5, 10), DateTimeOffset.UtcNow.ToUnixTimeSeconds() + seconds);
        using var stock = new HttpClient { BaseAddress = cluster.Cluster.App.GetEndpoint("stock-api") };
        await redis.GetDatabase().HashSetAsync($"r:{then / 10}", saga.ToByteArray(), $"H {item} 2 0");
        try
        {
            foreach (var isAtomic in (bool[])[false, true])
            {
                using var answer = await stock.PostAsJsonAsync("/internal/audit/held", new { items = (string[])[item], now = then, isAtomic }, Stop);
                var held = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
                var books = held.GetProperty("items").EnumerateArray().Single(one => one.GetProperty("id").GetString() == item);
                Assert.Equal(2, books.GetProperty("held").GetInt64());
            }
        }
        finally
        {
            await redis.GetDatabase().KeyDeleteAsync($"r:{then / 10}");
        }
    }

    /// <summary>A replica whose clock is a day ahead stops and leaves behind figures and a lease dated tomorrow.</summary>
    [Fact(Timeout = LimitMs)]
    public async Task Analytics_dated_tomorrow_do_not_delay_a_refresh()
    {
        await using (await StartAsync("customer-api", 25 * HourSeconds))
        {
            await Eventually.UntilAsync(ComputedAtAsync, at => at > DateTimeOffset.UtcNow.AddHours(24), FiguresLimit);
            Assert.True(await ComputedAtAsync() > DateTimeOffset.UtcNow.AddHours(24));
        }

        var at = await Eventually.UntilAsync(ComputedAtAsync, at => at < DateTimeOffset.UtcNow + Inaccuracy, FiguresLimit);
        Assert.InRange(at, DateTimeOffset.UtcNow - FiguresLimit, DateTimeOffset.UtcNow + Inaccuracy);

        async Task<DateTimeOffset> ComputedAtAsync() =>
            (await _shop.GetAsync("/customers/analytics/summary")).GetProperty("computed_at").GetDateTimeOffset();
    }

    [Fact(Timeout = LimitMs)]
    public async Task An_invalid_clock_skew_is_reported_and_nothing_starts()
    {
        foreach (var service in (string[])["order-api", "payment-api", "stock-api", "customer-api", "storefront"])
        {
            var (code, errors) = await ServiceProcess.FailAsync(cluster.Cluster, service, ("Clock__SkewSeconds", "an hour"));
            Assert.NotEqual(0, code);
            Assert.Contains("Clock:SkewSeconds is 'an hour'", errors, StringComparison.Ordinal);
        }
    }

    private Task<ServiceProcess> StartAsync(string service, int skewSeconds) =>
        ServiceProcess.StartAsync(cluster.Cluster, service, ("Clock__SkewSeconds", skewSeconds.ToString(CultureInfo.InvariantCulture)));

    private static DateTimeOffset TimeOf(Guid saga) =>
        DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(saga.ToByteArray(bigEndian: true)) >> 16);

    private Task<object?> ChargeAsync(Guid saga, string user) =>
        ScalarAsync(_payments, $"INSERT INTO entries (id, account_id, kind, status, amount) VALUES ('{saga}', '{user}', 3, 1, 4)");

    private static async Task<JsonElement> ReconcileAsync(HttpClient orderApi)
    {
        var report = await orderApi.GetFromJsonAsync<JsonElement>("/internal/reconciliation", Stop);
        TestContext.Current.TestOutputHelper?.WriteLine($"{report}");
        return report;
    }

    private static string Named(JsonElement report) => string.Join(", ", report.GetProperty("invariants").EnumerateArray()
        .SelectMany(one => one.GetProperty("samples").EnumerateArray()).Select(sample => sample.GetProperty("id").GetString()));

    private static async Task<object?> ScalarAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Stop);
    }
}
