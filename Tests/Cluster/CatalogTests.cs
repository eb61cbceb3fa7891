using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;
using StackExchange.Redis;

namespace Tests.Cluster;

/// <summary>The first products, and the catalog that the storefront reads from Stock.Api.</summary>
[Collection(WholeShop.Name), Trait("Category", "Cluster")]
public sealed class CatalogTests(ClusterFixture cluster) : IAsyncLifetime
{
    private readonly HttpClient _stockApi = new() { BaseAddress = cluster.Cluster.App.GetEndpoint("stock-api") };
    private readonly ProductClient _products = new(cluster.Cluster.App.GetEndpoint("gateway"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        _stockApi.Dispose();
        await _products.DisposeAsync();
    }

    [Fact]
    public async Task A_dozen_products_exist_with_everything_that_a_page_shows()
    {
        var products = await ReadAsync();
        Assert.Equal(12, products.Count);
        Assert.All(products, static product =>
        {
            Assert.True(Guid.TryParse(product.GetProperty("item_id").GetString(), out _));
            foreach (var text in new[] { "name", "description", "picture" }) Assert.NotEqual("", product.GetProperty(text).GetString());
            Assert.True(product.GetProperty("price").GetInt64() > 0);
        });
        Assert.Equal(12, products.Select(static product => product.GetProperty("name").GetString()).Distinct().Count());
        Assert.Equal(12, (await _products.SendAsync("GET", "?limit=100&search=")).Json.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_product_is_an_item_like_others_and_batch_init_keeps_it()
    {
        var item = (await ReadAsync())[11].GetProperty("item_id").GetString()!;
        var before = await cluster.Shop.StockAsync(item);
        await cluster.Shop.PostAsync($"/stock/add/{item}/5");
        await cluster.Shop.PostAsync("/stock/batch_init/2/7/3");
        Assert.Equal(before with { Stock = before.Stock + 5 }, await cluster.Shop.StockAsync(item));
        Assert.Equal(before.Stock + 5, (await ReadAsync())[11].GetProperty("stock").GetInt64());
    }

    [Fact, Trait("Category", "Long")]
    public async Task A_restart_seeds_nothing_twice_and_puts_back_what_is_missing()
    {
        var products = await ReadAsync();
        var (sold, gone) = (products[9].GetProperty("item_id").GetString()!, products[10].GetProperty("item_id").GetString()!);
        var stock = (await cluster.Shop.StockAsync(sold)).Stock;
        await cluster.Shop.PostAsync($"/stock/subtract/{sold}/1");
        using (var redis = await ConnectionMultiplexer.ConnectAsync(
            (await cluster.Cluster.App.GetConnectionStringAsync("redis", Ct))!))
        {
            await redis.GetDatabase().KeyDeleteAsync("i:" + gone);
            await redis.GetDatabase().HashDeleteAsync("products", gone);
        }

        Assert.Equal(11, (await ReadAsync()).Count);
        await cluster.Cluster.CommandAsync("stock-api", "restart");
        Assert.Equal(12, (await ReadAsync()).Count);
        Assert.Equal(stock - 1, (await cluster.Shop.StockAsync(sold)).Stock);
    }

    [Fact]
    public async Task Neither_a_seed_nor_a_batch_changes_edited_or_deleted_products()
    {
        const string Edited = "5b0b5ee0-0000-4000-8000-000000000011", Deleted = "5b0b5ee0-0000-4000-8000-000000000012";
        const string Renamed = "5b0b5ee0-0000-4000-8000-000000000009";
        using var redis = await ConnectionMultiplexer.ConnectAsync((await cluster.Cluster.App.GetConnectionStringAsync("redis", Ct))!);
        var before = await SnapshotAsync(redis, Edited, Deleted, Renamed);
        try
        {
            await _products.SendAsync("PATCH", $"/{Edited}", """{"name":"Box kite","description":"Flies in a storm.","price":31,"stock":2,"state":"hidden"}""");
            await _products.SendAsync("PUT", $"/{Edited}/picture", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
            await _products.SendAsync("DELETE", $"/{Deleted}");
            await _products.SendAsync("DELETE", $"/{Renamed}");
            var other = await _products.CreateAsync("Potted plant", 5); // the name of a deleted seed product
            var edited = (await _products.SendAsync("GET", $"/{Edited}")).Body;

            await using (await ServiceProcess.StartAsync(cluster.Cluster, "stock-api")) { } // seeds again, as a new release does
            await cluster.Shop.PostAsync("/stock/batch_init/20/7/3");
            Assert.Equal(edited, (await _products.SendAsync("GET", $"/{Edited}")).Body);
            Assert.Equal(HttpStatusCode.OK, (await _products.SendAsync("GET", $"/{Edited}/picture")).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await _products.SendAsync("GET", $"/{Deleted}")).Status);
            await cluster.Shop.UnknownAsync("GET", $"/stock/find/{Deleted}");
            Assert.Equal([other], (await _products.SendAsync("GET", "?search=potted%20plant")).Json.GetProperty("products").EnumerateArray()
                .Select(static product => product.GetProperty("item_id").GetString()));

            // "Fill the shelves" raises the stock of the seed products and changes nothing else.
            using var filled = await _stockApi.PostAsync(new Uri("/internal/catalog/fill", UriKind.Relative), null, Ct);
            Assert.Equal(("Box kite", "Flies in a storm.", 31, 75, "hidden", 3, $"/products/{Edited}/picture?r=3"),
                ProductTests.Fields((await _products.SendAsync("GET", $"/{Edited}")).Json));
            Assert.Equal(HttpStatusCode.NotFound, (await _products.SendAsync("GET", $"/{Deleted}")).Status);
        }
        finally
        {
            await RestoreAsync(redis, before);
        }
    }

    private async Task<List<JsonElement>> ReadAsync()
    {
        using var answer = await _stockApi.GetAsync(new Uri("/internal/catalog", UriKind.Relative), Ct);
        var catalog = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Ct);
        return [.. catalog.GetProperty("products").EnumerateArray()];
    }

    private static async Task<List<(string Id, RedisValue Text, HashEntry[] Item)>> SnapshotAsync(ConnectionMultiplexer redis, params string[] ids)
    {
        var found = new List<(string, RedisValue, HashEntry[])>();
        foreach (var id in ids) found.Add((id, await redis.GetDatabase().HashGetAsync("products", id), await redis.GetDatabase().HashGetAllAsync($"i:{id}")));
        return found;
    }

    private async Task RestoreAsync(ConnectionMultiplexer redis, List<(string Id, RedisValue Text, HashEntry[] Item)> before)
    {
        await _products.DisposeAsync(); // the test's products first: one has the name of a seed product
        var database = redis.GetDatabase();
        foreach (var (id, text, item) in before)
        {
            await database.KeyDeleteAsync([$"i:{id}", $"f:{id}"]);
            await database.HashDeleteAsync("products:deleted", id);
            await database.HashSetAsync("products", id, text);
            var name = JsonSerializer.Deserialize<JsonElement>((string)text!).GetProperty("Name").GetString()!;
            await database.HashSetAsync("products:names", name.ToUpperInvariant(), id);
            await database.HashSetAsync($"i:{id}", item);
        }

        await database.HashDeleteAsync("products:names", "BOX KITE");
    }
}
