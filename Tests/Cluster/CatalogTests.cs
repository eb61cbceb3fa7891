using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;
using StackExchange.Redis;

namespace Tests.Cluster;

/// <summary>The catalog that the storefront reads from Stock.Api.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class CatalogTests(ClusterFixture cluster) : IDisposable
{
    private readonly HttpClient _stockApi = new() { BaseAddress = cluster.Cluster.App.GetEndpoint("stock-api") };

    public void Dispose() => _stockApi.Dispose();

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
            (await cluster.Cluster.App.GetConnectionStringAsync("redis", TestContext.Current.CancellationToken))!))
        {
            await redis.GetDatabase().KeyDeleteAsync("i:" + gone);
            await redis.GetDatabase().HashDeleteAsync("products", gone);
        }

        Assert.Equal(11, (await ReadAsync()).Count);
        await cluster.Cluster.CommandAsync("stock-api", "restart");
        Assert.Equal(12, (await ReadAsync()).Count);
        Assert.Equal(stock - 1, (await cluster.Shop.StockAsync(sold)).Stock);
    }

    private async Task<List<JsonElement>> ReadAsync()
    {
        using var answer = await _stockApi.GetAsync(new Uri("/internal/catalog", UriKind.Relative), TestContext.Current.CancellationToken);
        var catalog = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        return [.. catalog.GetProperty("products").EnumerateArray()];
    }
}
