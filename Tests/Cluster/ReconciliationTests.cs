using System.Net;
using System.Text.Json;
using Aspire.Hosting.Testing;
using Npgsql;
using StackExchange.Redis;

namespace Tests.Cluster;

/// <summary>The reconciliation reports no violations in an intact shop, even under load, and reports every manipulation.</summary>
[Collection(WholeShop.Name), Trait("Category", "Cluster")]
public sealed class ReconciliationTests(ClusterFixture cluster) : IAsyncLifetime
{
    private const int LimitMs = 180_000;
    private readonly ShopClient _shop = cluster.Shop;
    private readonly HttpClient _orderApi = new() { BaseAddress = cluster.Cluster.App.GetEndpoint("order-api"), Timeout = TimeSpan.FromMinutes(1) };
    private NpgsqlDataSource _orders = null!, _payments = null!;
    private ConnectionMultiplexer _redis = null!;

    public async ValueTask InitializeAsync()
    {
        _orders = NpgsqlDataSource.Create((await cluster.Cluster.App.GetConnectionStringAsync("orders"))!);
        _payments = NpgsqlDataSource.Create((await cluster.Cluster.App.GetConnectionStringAsync("payments"))!);
        _redis = await ConnectionMultiplexer.ConnectAsync((await cluster.Cluster.App.GetConnectionStringAsync("redis"))!);
        await Task.Yield(); // not on the driver's reader thread
    }

    public async ValueTask DisposeAsync()
    {
        _orderApi.Dispose();
        await _orders.DisposeAsync();
        await _payments.DisposeAsync();
        _redis.Dispose();
    }

    [Fact(Timeout = LimitMs)]
    public async Task All_invariants_hold_after_checkouts_of_every_outcome_and_batch_inits_in_between()
    {
        await _shop.PostAsync("/stock/batch_init/2/100/5");
        await _shop.PostAsync("/payment/batch_init/2/1000");
        await _shop.PostAsync("/orders/batch_init/10/2/2/5");
        for (var order = 0; order < 10; order++) await _shop.PostAsync($"/orders/checkout/{order}");
        await PaidOrderAsync();
        var (poor, item) = (await _shop.NewUserAsync(), await _shop.NewItemAsync(5, 1));
        await _shop.RefusedAsync("POST", $"/orders/checkout/{await _shop.NewOrderAsync(poor, (item, 1))}", HttpStatusCode.BadRequest, "insufficient-credit");
        await _shop.RefusedAsync("POST", $"/orders/checkout/{await _shop.NewOrderAsync(poor, (item, 2))}", HttpStatusCode.BadRequest, "out-of-stock");
        await AssertGreenAsync();

        // The two halves of this test interfere with each other.
        await _shop.PostAsync("/payment/batch_init/1/1000");
        await AssertGreenAsync();
        await _shop.PostAsync("/orders/batch_init/5/2/1/5");
        await AssertGreenAsync();
        await _shop.PostAsync("/stock/batch_init/1/100/5");
        await AssertGreenAsync();
    }

    [Fact(Timeout = LimitMs)]
    public async Task It_raises_no_false_alarm_while_checkouts_run_at_full_speed()
    {
        const int Orders = 2_000;
        await _shop.PostAsync($"/stock/batch_init/10/{Orders}/5");
        await _shop.PostAsync("/payment/batch_init/100/150"); // a quarter of the checkouts is rejected
        await _shop.PostAsync($"/orders/batch_init/{Orders}/10/100/5");
        var checkouts = Parallel.ForAsync(0, Orders, new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = Stop },
            async (order, _) => await _shop.CheckoutAsync($"{order}"));
        var reports = 0;
        for (; !checkouts.IsCompleted || reports == 0; reports++) AssertNotRed(await ReportAsync());
        await checkouts;
        await AssertGreenAsync();
    }

    [Fact(Timeout = LimitMs)]
    public async Task A_deleted_charge_is_missing_for_its_order_and_its_account()
    {
        var (order, user, _) = await PaidOrderAsync();
        await SqlAsync(_payments, $"CREATE TABLE taken AS SELECT * FROM entries WHERE account_id = '{user}' AND kind = 3");
        await SqlAsync(_payments, $"DELETE FROM entries WHERE account_id = '{user}' AND kind = 3");
        await AssertRedAsync(("paid-is-charged", order), ("books-match-entries", user));
        await SqlAsync(_payments, "INSERT INTO entries SELECT * FROM taken; DROP TABLE taken");
        await AssertGreenAsync();
    }

    [Fact(Timeout = LimitMs)]
    public async Task A_charge_with_a_wrong_amount_is_reported()
    {
        var (order, user, _) = await PaidOrderAsync();
        await SqlAsync(_payments, $"UPDATE entries SET amount = amount + 1 WHERE account_id = '{user}' AND kind = 3");
        await AssertRedAsync(("paid-is-charged", order), ("books-match-entries", user));
        await SqlAsync(_payments, $"UPDATE entries SET amount = amount - 1 WHERE account_id = '{user}' AND kind = 3");
        await AssertGreenAsync();
    }

    [Fact(Timeout = LimitMs)]
    public async Task A_charge_without_an_order_is_reported_with_its_saga()
    {
        var (user, saga) = (await _shop.NewUserAsync(10), Guid.CreateVersion7(DateTimeOffset.UtcNow.AddHours(-1)));
        await SqlAsync(_payments, $"INSERT INTO entries (id, account_id, kind, status, amount) VALUES ('{saga}', '{user}', 3, 1, 4)");
        await SqlAsync(_payments, $"UPDATE accounts SET balance = 6, captured = 4 WHERE id = '{user}'");
        await AssertRedAsync(("charged-is-paid", $"{saga}"));
        await SqlAsync(_payments, $"UPDATE accounts SET balance = 10, captured = 0 WHERE id = '{user}'; DELETE FROM entries WHERE id = '{saga}'");
        await AssertGreenAsync();
    }

    [Fact(Timeout = LimitMs)]
    public async Task An_order_marked_as_paid_by_hand_is_reported()
    {
        var order = await _shop.NewOrderAsync(await _shop.NewUserAsync(), (await _shop.NewItemAsync(5, 1), 1));
        await SqlAsync(_orders, $"UPDATE orders SET status = 2, saga_id = '{Guid.CreateVersion7()}' WHERE id = '{order}'");
        await AssertRedAsync(("paid-is-charged", order));
        await SqlAsync(_orders, $"UPDATE orders SET status = 0, saga_id = NULL WHERE id = '{order}'");
        await AssertGreenAsync();
    }

    [Fact(Timeout = LimitMs)]
    public async Task A_paid_order_reopened_by_hand_is_reported()
    {
        var (order, _, _) = await PaidOrderAsync();
        await SqlAsync(_orders, $"UPDATE orders SET status = 0 WHERE id = '{order}'");
        await AssertRedAsync(("paid-is-charged", order));
        await SqlAsync(_orders, $"UPDATE orders SET status = 2 WHERE id = '{order}'");
        await AssertGreenAsync();
    }

    [Fact(Timeout = LimitMs)]
    public async Task An_order_in_checkout_without_a_saga_is_reported()
    {
        var order = await _shop.NewOrderAsync(await _shop.NewUserAsync(), (await _shop.NewItemAsync(5, 1), 1));
        await SqlAsync(_orders, $"UPDATE orders SET status = 1, saga_id = '{Guid.CreateVersion7()}' WHERE id = '{order}'");
        await AssertRedAsync(("checkout-has-saga", order));
        await SqlAsync(_orders, $"UPDATE orders SET status = 0, saga_id = NULL WHERE id = '{order}'");
        await AssertGreenAsync();
    }

    [Fact(Timeout = LimitMs)]
    public async Task A_saga_that_does_not_end_is_reported()
    {
        var saga = Guid.CreateVersion7();
        await SqlAsync(_orders, $"""
            INSERT INTO sagas (id, owner, lease_until, started_at, saga_ids, order_ids, user_ids, totals)
            VALUES ('{saga}', '{saga}', now() + interval '1 hour', now() - interval '5 minutes',
                ARRAY['{saga}'::uuid], ARRAY['nowhere'], ARRAY['nobody'], ARRAY[1::bigint])
            """);
        await AssertRedAsync(("sagas-end", $"{saga}"));
        await SqlAsync(_orders, $"DELETE FROM sagas WHERE id = '{saga}'");
        await AssertGreenAsync();
    }

    [Theory(Timeout = LimitMs)]
    [InlineData("a", 1)]
    [InlineData("a", -1)]
    [InlineData("t", 3)]
    [InlineData("s", -1)]
    public async Task An_item_with_manipulated_numbers_is_reported(string field, int by)
    {
        var (_, _, item) = await PaidOrderAsync();
        await _redis.GetDatabase().HashIncrementAsync($"i:{item}", field, by);
        await AssertRedAsync(("stock-adds-up", item));
        await _redis.GetDatabase().HashIncrementAsync($"i:{item}", field, -by);
        await AssertGreenAsync();
    }

    [Fact(Timeout = LimitMs)]
    public async Task A_negative_stock_is_reported_even_if_it_adds_up()
    {
        var item = await _shop.NewItemAsync(5, 10);
        await _redis.GetDatabase().HashIncrementAsync($"i:{item}", "a", -11);
        await _redis.GetDatabase().HashIncrementAsync($"i:{item}", "t", -11);
        await AssertRedAsync(("stock-not-negative", item));
        await _redis.GetDatabase().HashIncrementAsync($"i:{item}", "a", 11);
        await _redis.GetDatabase().HashIncrementAsync($"i:{item}", "t", 11);
        await AssertGreenAsync();
    }

    [Fact(Timeout = LimitMs)]
    public async Task An_orphaned_reservation_is_reported()
    {
        var (saga, item, redis) = (Guid.CreateVersion7(), await _shop.NewItemAsync(5, 10), _redis.GetDatabase());
        var records = $"r:{DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 10}"; // cached for at least 15 s
        await redis.HashDecrementAsync($"i:{item}", "a", 2);
        await redis.HashSetAsync(records, saga.ToByteArray(), $"H {item} 2 0");
        await AssertRedAsync(("hold-has-saga", $"{saga}"));
        await redis.HashDeleteAsync(records, saga.ToByteArray());
        await redis.HashIncrementAsync($"i:{item}", "a", 2);
        await AssertGreenAsync();
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private async Task<(string Order, string User, string Item)> PaidOrderAsync()
    {
        var (user, item) = (await _shop.NewUserAsync(100), await _shop.NewItemAsync(5, 10));
        var order = await _shop.NewOrderAsync(user, (item, 2));
        await _shop.PostAsync($"/orders/checkout/{order}");
        await Eventually.EqualAsync(new Books(8, 0, 2), () => _shop.StockAsync(item));
        return (order, user, item);
    }

    private async Task<JsonElement> ReportAsync()
    {
        using var response = await _orderApi.GetAsync("/internal/reconciliation", Stop);
        var body = await response.Content.ReadAsStringAsync(Stop);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{response.StatusCode} {body}");
        return JsonSerializer.Deserialize<JsonElement>(body);
    }

    private async Task AssertGreenAsync()
    {
        var report = await ReportAsync();
        Assert.True(report.GetProperty("ok").ValueKind == JsonValueKind.True, report.ToString());
        Assert.Equal(11, report.GetProperty("invariants").GetArrayLength());
    }

    private static void AssertNotRed(JsonElement report) => Assert.True(report.GetProperty("ok").ValueKind != JsonValueKind.False, report.ToString());

    // Exactly these invariants are violated, each once and by this manipulation.
    private async Task AssertRedAsync(params (string Invariant, string Id)[] expected)
    {
        var report = await ReportAsync();
        var red = report.GetProperty("invariants").EnumerateArray().Where(one => one.GetProperty("ok").ValueKind != JsonValueKind.True)
            .SelectMany(one => one.GetProperty("samples").EnumerateArray()
                .Select(sample => (one.GetProperty("name").GetString()!, sample.GetProperty("id").GetString()!)));
        Assert.True(expected.Order().SequenceEqual(red.Order()), report.ToString());
        Assert.False(report.GetProperty("ok").GetBoolean());
    }

    private static async Task SqlAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }
}
