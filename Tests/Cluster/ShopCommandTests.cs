using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;

namespace Tests.Cluster;

/// <summary>The commands of the dashboard that fill and empty the shop.</summary>
[Collection(WholeShop.Name), Trait("Category", "Cluster")]
public sealed class ShopCommandTests(ClusterFixture cluster)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_dashboards_commands_fill_and_empty_the_shop_and_its_books_agree_afterwards()
    {
        var shop = cluster.Shop;
        var (user, item) = (await shop.NewUserAsync(100), await shop.NewItemAsync(5, 10));
        var order = await shop.NewOrderAsync(user, (item, 2));
        Assert.Equal(HttpStatusCode.OK, (await shop.CheckoutAsync(order)).Status);
        await shop.PostAsync("/stock/batch_init/3/9/1");
        var mug = (await shop.GetAsync("/get_product?product_name=mug")).GetProperty("item_id").GetString()!;
        var stock = (await shop.StockAsync(mug)).Stock;
        await shop.PostAsync($"/stock/subtract/{mug}/{stock}");

        await ExecuteAsync("fill-shelves");
        Assert.Equal(400, (await shop.StockAsync(mug)).Stock);

        await ExecuteAsync("reset-shop");
        await shop.UnknownAsync("GET", $"/orders/find/{order}");
        await shop.UnknownAsync("GET", $"/payment/find_user/{user}");
        await shop.UnknownAsync("GET", $"/stock/find/{item}");
        await shop.UnknownAsync("GET", "/stock/find/2");
        Assert.Equal(new Books(400, 0, 0), await shop.StockAsync(mug));
        using var orderApi = new HttpClient { BaseAddress = cluster.Cluster.App.GetEndpoint("order-api") };
        var report = await orderApi.GetFromJsonAsync<JsonElement>(new Uri("/internal/reconciliation", UriKind.Relative), Ct);
        Assert.True(report.GetProperty("ok").GetBoolean(), report.ToString());
    }

    private async Task ExecuteAsync(string command)
    {
        var result = await cluster.Cluster.App.ResourceCommands.ExecuteCommandAsync("storefront", command, Ct);
        Assert.True(result.Success, $"{command}: {result.Message}");
    }
}
