using System.Net;
using System.Text.Json;
using Aspire.Hosting.Testing;
using Npgsql;

namespace Tests.Cluster;

/// <summary>Orders with an address, and popular items by state, as the storefront uses them.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class PlacedOrderTests(ClusterFixture cluster) : IDisposable
{
    private readonly ShopClient _shop = cluster.Shop;
    private readonly ShopClient _orderApi = new(cluster.Cluster.App.GetEndpoint("order-api"));

    public void Dispose() => _orderApi.Dispose();

    [Fact]
    public async Task An_order_is_placed_completely_and_keeps_its_address()
    {
        var (user, item, other) = (await _shop.NewUserAsync(100), await _shop.NewItemAsync(5, 10), await _shop.NewItemAsync(7, 10));
        var order = await PlaceAsync(user, "NM", [(item, 2), (other, 1), (item, 1)]);
        var placed = await _orderApi.GetAsync($"/internal/orders/{order}");
        Assert.Equal(("open", 22), (placed.GetProperty("status").GetString(), placed.GetProperty("total_cost").GetInt64()));
        Assert.Equal([(item, 3, 15), (other, 1, 7)], placed.GetProperty("lines").EnumerateArray().Select(static line =>
            (line.GetProperty("item").GetString()!, line.GetProperty("quantity").GetInt64(), line.GetProperty("cost").GetInt64())));
        var shipping = placed.GetProperty("shipping");
        Assert.Equal(["Ada Lovelace", "1 Analytical Way", "NM", "87001"],
            new[] { "name", "street", "state", "zip" }.Select(field => shipping.GetProperty(field).GetString()!));

        Assert.Equal(HttpStatusCode.OK, (await _shop.CheckoutAsync(order)).Status);
        var latest = (await _orderApi.GetAsync($"/internal/users/{user}/orders")).GetProperty("orders")[0];
        Assert.Equal((order, "paid"), (latest.GetProperty("order_id").GetString(), latest.GetProperty("status").GetString()));
        await _shop.RefusedAsync("POST", $"/orders/addItem/{order}/{item}/1", HttpStatusCode.Conflict, "order-not-open");
    }

    [Fact]
    public async Task A_key_that_was_forgotten_does_not_place_its_order_again()
    {
        var (user, item, key) = (await _shop.NewUserAsync(100), await _shop.NewItemAsync(5, 10), $"place-{Guid.NewGuid()}");
        var placed = await SendAsync(Body(user, "NM", [(item, 1)]), key);
        var order = JsonSerializer.Deserialize<JsonElement>(placed.Body).GetProperty("order_id").GetString()!;
        Assert.Equal(HttpStatusCode.OK, (await _shop.CheckoutAsync(order)).Status);
        var connection = await cluster.Cluster.App.GetConnectionStringAsync("orders", TestContext.Current.CancellationToken);
        await using var database = NpgsqlDataSource.Create(connection!);
        await using var forget = database.CreateCommand($"DELETE FROM idempotency_keys WHERE id = '{order}'"); // as after a day
        Assert.Equal(1, await forget.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        var again = await SendAsync(Body(user, "NM", [(item, 3)]), key);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency-key-reused"), (again.Status, again.Problem));
        Assert.Equal(5, (await _orderApi.GetAsync($"/internal/orders/{order}")).GetProperty("total_cost").GetInt64());
    }

    [Fact]
    public async Task An_order_keeps_its_city()
    {
        var (user, item) = (await _shop.NewUserAsync(), await _shop.NewItemAsync(5));
        var answer = await SendAsync(Body(user, "NM", [(item, 1)], city: "Alt\u00E9n"));
        var order = JsonSerializer.Deserialize<JsonElement>(answer.Body).GetProperty("order_id").GetString();
        Assert.Equal("Alt\u00E9n", (await _orderApi.GetAsync($"/internal/orders/{order}")).GetProperty("shipping").GetProperty("city").GetString());
    }

    [Fact]
    public async Task An_order_is_not_placed_at_a_changed_price()
    {
        var (user, item, key) = (await _shop.NewUserAsync(), await _shop.NewItemAsync(5), $"place-{Guid.NewGuid()}");
        var changed = await SendAsync(Body(user, "NM", [(item, 1)], price: 4), key);
        Assert.Equal((HttpStatusCode.BadRequest, "price-changed"), (changed.Status, changed.Problem));
        Assert.Equal(0, (await _orderApi.GetAsync($"/internal/users/{user}/orders")).GetProperty("orders").GetArrayLength());
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(Body(user, "NM", [(item, 1)], price: 5), key)).Status); // the key has not been consumed
    }

    [Fact]
    public async Task A_rejected_order_reports_the_reason()
    {
        var (poor, item) = (await _shop.NewUserAsync(1), await _shop.NewItemAsync(5, 10));
        var order = await PlaceAsync(poor, "UT", [(item, 1)]);
        Assert.Equal("insufficient-credit", (await _shop.CheckoutAsync(order)).Problem);
        var placed = await _orderApi.GetAsync($"/internal/orders/{order}");
        Assert.Equal(("refused", "insufficient-credit"), (placed.GetProperty("status").GetString(), placed.GetProperty("refusal").GetString()));
        Assert.Empty(await PopularAsync("UT"));
    }

    [Fact]
    public async Task The_three_best_selling_items_of_a_state_are_popular_only_there()
    {
        var (user, items) = (await _shop.NewUserAsync(10_000), new List<string>());
        for (var i = 0; i < 4; i++) items.Add(await _shop.NewItemAsync(1, 100));
        foreach (var line in new[] { (items[0], 1L), (items[1], 5L), (items[2], 3L), (items[3], 2L), (items[3], 2L) })
            await _shop.CheckoutAsync(await PlaceAsync(user, "WY", [line]));
        await _shop.CheckoutAsync(await PlaceAsync(user, "ME", [(items[0], 9)]));
        await _shop.CheckoutAsync(await _shop.NewOrderAsync(user, (items[0], 50)));
        Assert.Equal([(items[1], 5L), (items[3], 4L), (items[2], 3L)], await PopularAsync("WY"));
        Assert.Equal([(items[0], 9L)], await PopularAsync("ME"));
    }

    [Fact]
    public async Task An_order_counts_once_however_often_it_is_checked_out()
    {
        const int Orders = 40, Clients = 3;
        var (user, item) = (await _shop.NewUserAsync(10_000), await _shop.NewItemAsync(1, 1000));
        var orders = await Task.WhenAll(Enumerable.Range(0, Orders).Select(_ => PlaceAsync(user, "RI", [(item, 2)])));
        var answers = await Task.WhenAll(orders.SelectMany(order => Enumerable.Repeat(order, Clients)).Select(_shop.CheckoutAsync));
        Assert.All(answers, static answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal([(item, 2L * Orders)], await PopularAsync("RI"));
    }

    [Fact]
    public async Task A_full_count_stays_full_and_no_order_is_rejected_for_it()
    {
        var (user, item) = (await _shop.NewUserAsync(long.MaxValue), await _shop.NewItemAsync(1, long.MaxValue));
        await _shop.CheckoutAsync(await PlaceAsync(user, "GU", [(item, long.MaxValue - 1)]));
        var second = await _shop.NewUserAsync(10);
        await using var orders = Npgsql.NpgsqlDataSource.Create(
            (await cluster.Cluster.App.GetConnectionStringAsync("orders", TestContext.Current.CancellationToken))!);
        await using (var fill = orders.CreateCommand("UPDATE popular SET quantity = 9223372036854775807 WHERE state = 'GU'"))
            await fill.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, (await _shop.CheckoutAsync(await PlaceAsync(second, "GU", [(item, 1)]))).Status);
        Assert.Equal([(item, long.MaxValue)], await PopularAsync("GU"));
    }

    [Fact]
    public async Task With_one_key_an_order_is_placed_once()
    {
        var (user, item, key) = (await _shop.NewUserAsync(), await _shop.NewItemAsync(5), $"place-{Guid.NewGuid()}");
        var orders = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => PlaceAsync(user, "OH", [(item, 1)], key)));
        Assert.Single(orders.Distinct());
        Assert.Equal(1, (await _orderApi.GetAsync($"/internal/users/{user}/orders")).GetProperty("orders").GetArrayLength());
        var body = Body(user, "OH", [(item, 1)]);
        var rewritten = $"{{ \"shipping\" : {JsonDocument.Parse(body).RootElement.GetProperty("shipping")}, {body[1..]}";
        rewritten = string.Concat(rewritten.AsSpan(0, rewritten.LastIndexOf(",\"shipping\"", StringComparison.Ordinal)), " }");
        Assert.Equal(orders[0], JsonDocument.Parse((await SendAsync(rewritten, key)).Body).RootElement.GetProperty("order_id").GetString());
        Assert.Equal("idempotency-key-reused", (await SendAsync(Body(user, "OH", [(item, 2)]), key)).Problem);
    }

    [Fact]
    public async Task An_invalid_order_changes_nothing()
    {
        var (user, item) = (await _shop.NewUserAsync(), await _shop.NewItemAsync(5));
        string[] bad =
        [
            Body(user, "oh", [(item, 1)]), Body(user, "OHI", [(item, 1)]), Body(user, "OH", []), Body(user, "OH", [(item, 0)]), Body(user, "OH", [(item, -1)]),
            Body(user, "OH", [(item, 1)], name: ""), Body(user, "OH", [(item, 1)], name: new string('x', 201)), Body(user, "OH", [(item, 1)], zip: " "),
            Body(user, "OH", [(item, 1)], city: " "), Body(user, "OH", [(item, 1)], name: "A\u202EB"),
            $$"""{"user_id":"{{user}}","lines":[{"item":"{{item}}","quantity":1}]}""", "{}", "[]", "nonsense",
        ];
        foreach (var body in bad)
        {
            var answer = await SendAsync(body);
            Assert.True(answer.Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound, $"{body}: {answer.Status}");
        }

        Assert.Equal("not-found", (await SendAsync(Body(user, "OH", [(Guid.NewGuid().ToString(), 1)]))).Problem);
        Assert.Equal("amount-too-large", (await SendAsync(Body(user, "OH", [(item, long.MaxValue)]))).Problem);
        Assert.Equal(0, (await _orderApi.GetAsync($"/internal/users/{user}/orders")).GetProperty("orders").GetArrayLength());
        await _orderApi.UnknownAsync("GET", $"/internal/orders/{Guid.NewGuid()}");
    }

    [Theory]
    [InlineData("/orders/internal/orders")]
    [InlineData("/internal/popular/CA")]
    public async Task It_is_not_reachable_from_outside(string path) => Assert.Equal(HttpStatusCode.NotFound, (await _shop.SendAsync("GET", path)).Status);

    private static string Body(
        string user, string state, (string Item, long Quantity)[] lines, string name = "Ada Lovelace", string zip = "87001", string? city = null,
        long? price = null) =>
        JsonSerializer.Serialize(new
        {
            user_id = user,
            lines = lines.Select(line => new { item = line.Item, quantity = line.Quantity, price }),
            shipping = new { name, street = "1 Analytical Way", city, state, zip },
        });

    private Task<ShopClient.Answer> SendAsync(string body, string? key = null) => _orderApi.SendAsync("POST", "/internal/orders", body, key: key);

    private async Task<string> PlaceAsync(string user, string state, (string Item, long Quantity)[] lines, string? key = null)
    {
        var answer = await SendAsync(Body(user, state, lines), key);
        Assert.True(answer.Status == HttpStatusCode.OK, $"{(int)answer.Status} {answer.Body}");
        return JsonSerializer.Deserialize<JsonElement>(answer.Body).GetProperty("order_id").GetString()!;
    }

    private async Task<List<(string, long)>> PopularAsync(string state) =>
        [.. (await _orderApi.GetAsync($"/internal/popular/{state}")).GetProperty("items").EnumerateArray()
            .Select(static item => (item.GetProperty("item").GetString()!, item.GetProperty("quantity").GetInt64()))];
}
