using System.Net;

namespace Tests.Cluster;

[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class StockContractTests(ClusterFixture cluster) : StockContract(cluster);

public abstract class StockContract(ClusterFixture cluster)
{
    private readonly ShopClient _shop = cluster.Shop;

    [Fact]
    public async Task A_new_item_has_its_price_and_no_stock()
    {
        var item = await _shop.NewItemAsync(price: 5);
        var found = await _shop.GetAsync($"/stock/find/{item}");
        Assert.Equal((0, 5), (found.GetProperty("stock").GetInt64(), found.GetProperty("price").GetInt64()));
    }

    [Fact]
    public async Task The_greatest_amounts_are_kept_exactly()
    {
        var item = await _shop.NewItemAsync(long.MaxValue, long.MaxValue);
        var found = await _shop.GetAsync($"/stock/find/{item}");
        Assert.Equal((long.MaxValue, long.MaxValue), (found.GetProperty("stock").GetInt64(), found.GetProperty("price").GetInt64()));
        await _shop.PostAsync($"/stock/subtract/{item}/{long.MaxValue}");
        Assert.Equal(new Books(0, 0, 0), await _shop.StockAsync(item));
    }

    [Fact]
    public async Task Add_and_subtract_change_the_stock_but_never_below_zero()
    {
        var item = await _shop.NewItemAsync(5, 50);
        await _shop.PostAsync($"/stock/subtract/{item}/15");
        await _shop.RefusedAsync("POST", $"/stock/subtract/{item}/36", HttpStatusCode.BadRequest, "out-of-stock");
        Assert.Equal(new Books(35, 0, 0), await _shop.StockAsync(item));
        await _shop.PostAsync($"/stock/subtract/{item}/35");
        Assert.Equal(new Books(0, 0, 0), await _shop.StockAsync(item));
    }

    [Fact]
    public async Task A_sum_beyond_64_bits_is_refused()
    {
        var item = await _shop.NewItemAsync(5, 35);
        await _shop.RefusedAsync("POST", $"/stock/add/{item}/{long.MaxValue}", HttpStatusCode.BadRequest, "amount-too-large");
        await _shop.RefusedAsync("POST", $"/stock/add/{item}/{long.MaxValue - 34}", HttpStatusCode.BadRequest, "amount-too-large");
        Assert.Equal(new Books(35, 0, 0), await _shop.StockAsync(item));
    }

    [Theory, MemberData(nameof(BadInput.AmountData), MemberType = typeof(BadInput))]
    public async Task A_bad_amount_is_refused_and_changes_nothing(string amount)
    {
        var item = await _shop.NewItemAsync(5, 35);
        await _shop.PostAsync("/stock/batch_init/2/7/3");
        await _shop.InvalidAsync($"/stock/item/create/{amount}");
        await _shop.InvalidAsync($"/stock/add/{item}/{amount}");
        await _shop.InvalidAsync($"/stock/subtract/{item}/{amount}");
        await _shop.InvalidAsync($"/stock/batch_init/{amount}/1/1");
        await _shop.InvalidAsync($"/stock/batch_init/1/{amount}/1");
        await _shop.InvalidAsync($"/stock/batch_init/1/1/{amount}");
        Assert.Equal(new Books(35, 0, 0), await _shop.StockAsync(item));
        Assert.Equal(new Books(7, 0, 0), await _shop.StockAsync("1"));
    }

    [Theory, MemberData(nameof(BadInput.IdData), MemberType = typeof(BadInput))]
    public async Task An_unknown_item_is_not_found(string id)
    {
        await _shop.UnknownAsync("GET", $"/stock/find/{id}");
        await _shop.UnknownAsync("POST", $"/stock/add/{id}/1");
        await _shop.UnknownAsync("POST", $"/stock/subtract/{id}/1");
    }

    [Fact]
    public async Task An_empty_amount_or_id_changes_nothing()
    {
        var item = await _shop.NewItemAsync(5, 35);
        foreach (var path in new[] { $"/stock/add/{item}/", $"/stock/add/{item}", $"/stock/subtract/{item}/", "/stock/add//1", "/stock/item/create/",
            "/stock/batch_init/1/1/", "/stock/batch_init//1/1" })
            await _shop.UnknownAsync("POST", path);
        await _shop.UnknownAsync("GET", "/stock/find/");
        Assert.Equal(new Books(35, 0, 0), await _shop.StockAsync(item));
    }

    [Fact]
    public async Task Batch_init_replaces_the_last_batch_and_nothing_else()
    {
        var item = await _shop.NewItemAsync(5, 35);
        await _shop.PostAsync("/stock/batch_init/5/100/7");
        await _shop.PostAsync("/stock/subtract/1/10");
        await _shop.PostAsync("/stock/batch_init/2/40/9");
        foreach (var id in new[] { "0", "1" })
        {
            var found = await _shop.GetAsync($"/stock/find/{id}");
            Assert.Equal((40, 9), (found.GetProperty("stock").GetInt64(), found.GetProperty("price").GetInt64()));
        }
        await _shop.UnknownAsync("GET", "/stock/find/2");
        await _shop.UnknownAsync("GET", "/stock/find/4");
        Assert.Equal(new Books(35, 0, 0), await _shop.StockAsync(item));
        await _shop.InvalidAsync("/stock/batch_init/10000001/1/1");
        Assert.Equal(new Books(40, 0, 0), await _shop.StockAsync("0"));
    }

    [Theory]
    [InlineData("GET", "/stock/item/create/5")]
    [InlineData("GET", "/stock/add/x/1")]
    [InlineData("POST", "/stock/find/x")]
    [InlineData("DELETE", "/stock/find/x")]
    public Task The_wrong_method_is_refused(string method, string path)
        => _shop.RefusedAsync(method, path, HttpStatusCode.MethodNotAllowed, "method-not-allowed");

    [Fact]
    public Task A_path_that_does_not_exist_is_not_found() => _shop.UnknownAsync("GET", "/stock/nope");
}
