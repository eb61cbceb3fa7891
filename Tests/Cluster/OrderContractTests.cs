using System.Net;

namespace Tests.Cluster;

[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class OrderContractTests(ClusterFixture cluster) : OrderContract(cluster);

public abstract class OrderContract(ClusterFixture cluster)
{
    private readonly ShopClient _shop = cluster.Shop;

    [Fact]
    public async Task A_new_order_is_empty_and_unpaid()
    {
        var user = await _shop.NewUserAsync();
        await AssertOrderAsync(await _shop.NewOrderAsync(user), user, paid: false, total: 0);
    }

    [Fact]
    public async Task Adding_an_item_again_adds_to_its_line()
    {
        var (user, first, second) = (await _shop.NewUserAsync(), await _shop.NewItemAsync(5), await _shop.NewItemAsync(3));
        var order = await _shop.NewOrderAsync(user, (first, 1), (second, 4), (first, 2));
        await AssertOrderAsync(order, user, paid: false, total: 27, (first, 3), (second, 4));
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task Removing_an_item_removes_its_line(string method)
    {
        var (user, first, second) = (await _shop.NewUserAsync(), await _shop.NewItemAsync(5), await _shop.NewItemAsync(3));
        var order = await _shop.NewOrderAsync(user, (first, 2), (second, 4));
        await _shop.OkAsync(method, $"/orders/removeItem/{order}/{first}");
        await AssertOrderAsync(order, user, paid: false, total: 12, (second, 4));
        await _shop.UnknownAsync(method, $"/orders/removeItem/{order}/{first}");
        await _shop.UnknownAsync(method, $"/orders/removeItem/{order}/nope");
        await _shop.OkAsync(method, $"/orders/removeItem/{order}/{second}");
        await AssertOrderAsync(order, user, paid: false, total: 0);
    }

    [Theory, MemberData(nameof(BadInput.AmountData), MemberType = typeof(BadInput))]
    public async Task A_bad_amount_is_refused_and_changes_nothing(string amount)
    {
        var (user, item) = (await _shop.NewUserAsync(), await _shop.NewItemAsync(5));
        var order = await _shop.NewOrderAsync(user, (item, 2));
        await _shop.PostAsync("/orders/batch_init/2/1/1/7");
        await _shop.InvalidAsync($"/orders/addItem/{order}/{item}/{amount}");
        foreach (var path in new[] { $"{amount}/1/1/1", $"1/{amount}/1/1", $"1/1/{amount}/1", $"1/1/1/{amount}" })
            await _shop.InvalidAsync($"/orders/batch_init/{path}");
        await AssertOrderAsync(order, user, paid: false, total: 10, (item, 2));
        await AssertOrderAsync("1", "0", paid: false, total: 14, ("0", 2));
    }

    [Fact]
    public async Task Quantities_and_totals_beyond_64_bits_are_refused()
    {
        var (user, item, cheap) = (await _shop.NewUserAsync(), await _shop.NewItemAsync(5), await _shop.NewItemAsync(1));
        var order = await _shop.NewOrderAsync(user, (item, 2));
        foreach (var quantity in new[] { long.MaxValue, (long.MaxValue / 5) - 1 })
            await _shop.RefusedAsync("POST", $"/orders/addItem/{order}/{item}/{quantity}", HttpStatusCode.BadRequest, "amount-too-large");
        await _shop.RefusedAsync("POST", $"/orders/addItem/{order}/{cheap}/{long.MaxValue - 9}", HttpStatusCode.BadRequest, "amount-too-large");
        await AssertOrderAsync(order, user, paid: false, total: 10, (item, 2));
        await _shop.InvalidAsync($"/orders/batch_init/1/1/1/{(long.MaxValue / 2) + 1}");
        await _shop.InvalidAsync("/orders/batch_init/10000001/1/1/1");
    }

    [Theory, MemberData(nameof(BadInput.IdData), MemberType = typeof(BadInput))]
    public async Task An_unknown_order_or_item_is_not_found(string id)
    {
        var (user, item) = (await _shop.NewUserAsync(), await _shop.NewItemAsync(5));
        var order = await _shop.NewOrderAsync(user, (item, 2));
        await _shop.UnknownAsync("GET", $"/orders/find/{id}");
        await _shop.UnknownAsync("POST", $"/orders/addItem/{id}/{item}/1");
        await _shop.UnknownAsync("POST", $"/orders/removeItem/{id}/{item}");
        await _shop.UnknownAsync("DELETE", $"/orders/removeItem/{id}/{item}");
        await _shop.UnknownAsync("POST", $"/orders/checkout/{id}");
        await _shop.UnknownAsync("POST", $"/orders/addItem/{order}/{id}/1");
        await _shop.UnknownAsync("POST", $"/orders/removeItem/{order}/{id}");
        await AssertOrderAsync(order, user, paid: false, total: 10, (item, 2));
    }

    [Fact]
    public async Task An_empty_amount_or_id_changes_nothing()
    {
        var (user, item) = (await _shop.NewUserAsync(), await _shop.NewItemAsync(5));
        var order = await _shop.NewOrderAsync(user, (item, 2));
        foreach (var path in new[] { $"addItem/{order}/{item}/", $"addItem/{order}//1", $"addItem//{item}/1", $"removeItem/{order}/", "checkout/", "create/",
            "batch_init/1/1/1/" })
            await _shop.UnknownAsync("POST", $"/orders/{path}");
        await AssertOrderAsync(order, user, paid: false, total: 10, (item, 2));
    }

    [Fact]
    public async Task Batch_init_makes_orders_of_two_items_and_replaces_the_last_batch_and_nothing_else()
    {
        var (user, item) = (await _shop.NewUserAsync(), await _shop.NewItemAsync(5));
        var order = await _shop.NewOrderAsync(user, (item, 2));
        await _shop.PostAsync("/orders/batch_init/20/5/3/7");
        for (var id = 0; id < 20; id++)
        {
            var found = await _shop.GetAsync($"/orders/find/{id}");
            var lines = found.GetProperty("items").EnumerateArray().Select(l => (Item: int.Parse(l[0].GetString()!, null), Quantity: l[1].GetInt64())).ToList();
            Assert.Equal(2, lines.Count);
            Assert.NotEqual(lines[0].Item, lines[1].Item);
            Assert.All(lines, l => Assert.True(l is { Item: >= 0 and < 5, Quantity: 1 }, $"{l}"));
            Assert.InRange(int.Parse(found.GetProperty("user_id").GetString()!, null), 0, 2);
            Assert.Equal((14, false), (found.GetProperty("total_cost").GetInt64(), found.GetProperty("paid").GetBoolean()));
        }
        await _shop.PostAsync("/orders/batch_init/2/1/1/7");
        await AssertOrderAsync("1", "0", paid: false, total: 14, ("0", 2));
        await _shop.UnknownAsync("GET", "/orders/find/2");
        await _shop.UnknownAsync("GET", "/orders/find/19");
        await AssertOrderAsync(order, user, paid: false, total: 10, (item, 2));
    }

    [Theory]
    [InlineData("GET", "/orders/create/x")]
    [InlineData("GET", "/orders/checkout/x")]
    [InlineData("POST", "/orders/find/x")]
    [InlineData("DELETE", "/orders/addItem/x/y/1")]
    public Task The_wrong_method_is_refused(string method, string path)
        => _shop.RefusedAsync(method, path, HttpStatusCode.MethodNotAllowed, "method-not-allowed");

    private async Task AssertOrderAsync(string order, string user, bool paid, long total, params (string Item, long Quantity)[] lines)
    {
        var found = await _shop.GetAsync($"/orders/find/{order}");
        Assert.Equal((order, user, paid, total), (found.GetProperty("order_id").GetString(), found.GetProperty("user_id").GetString(),
            found.GetProperty("paid").GetBoolean(), found.GetProperty("total_cost").GetInt64()));
        Assert.Equal(lines, found.GetProperty("items").EnumerateArray().Select(l => (l[0].GetString()!, l[1].GetInt64())));
    }
}
