using System.Net;

namespace Tests.Cluster;

[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class CheckoutContractTests(ClusterFixture cluster) : CheckoutContract(cluster);

public abstract class CheckoutContract(ClusterFixture cluster)
{
    private readonly ShopClient _shop = cluster.Shop;

    [Fact]
    public async Task A_checkout_takes_stock_and_credit_once_and_closes_the_order()
    {
        var (user, item) = (await _shop.NewUserAsync(15), await _shop.NewItemAsync(5, 35));
        var order = await _shop.NewOrderAsync(user, (item, 2));
        for (var time = 0; time < 3; time++) Assert.Equal(HttpStatusCode.OK, (await _shop.CheckoutAsync(order)).Status);
        await SettledAsync(item, new Books(33, 0, 2));
        Assert.Equal(5, await _shop.CreditAsync(user));
        Assert.True(await _shop.IsPaidAsync(order));

        await _shop.RefusedAsync("POST", $"/orders/addItem/{order}/{item}/1", HttpStatusCode.Conflict, "order-not-open");
        await _shop.RefusedAsync("POST", $"/orders/removeItem/{order}/{item}", HttpStatusCode.Conflict, "order-not-open");
        await _shop.RefusedAsync("DELETE", $"/orders/removeItem/{order}/{item}", HttpStatusCode.Conflict, "order-not-open");
        Assert.Equal(10, (await _shop.GetAsync($"/orders/find/{order}")).GetProperty("total_cost").GetInt64());
    }

    [Fact]
    public async Task An_empty_order_is_refused()
        => await _shop.RefusedAsync("POST", $"/orders/checkout/{await _shop.NewOrderAsync(await _shop.NewUserAsync(5))}", HttpStatusCode.BadRequest,
            "empty-order");

    [Fact]
    public async Task Without_stock_nothing_is_taken_and_nothing_stays_held()
    {
        var (user, plenty, scarce) = (await _shop.NewUserAsync(100), await _shop.NewItemAsync(5, 35), await _shop.NewItemAsync(5, 1));
        var order = await _shop.NewOrderAsync(user, (plenty, 1), (scarce, 2));
        await _shop.RefusedAsync("POST", $"/orders/checkout/{order}", HttpStatusCode.BadRequest, "out-of-stock");
        await SettledAsync(plenty, new Books(35, 0, 0));
        await SettledAsync(scarce, new Books(1, 0, 0));
        Assert.Equal((100, false), (await _shop.CreditAsync(user), await _shop.IsPaidAsync(order)));

        await _shop.PostAsync($"/stock/add/{scarce}/1");
        await _shop.PostAsync($"/orders/checkout/{order}");
        Assert.Equal((85, true), (await _shop.CreditAsync(user), await _shop.IsPaidAsync(order)));
    }

    [Fact]
    public async Task Without_credit_nothing_is_taken_and_nothing_stays_held()
    {
        var (user, item) = (await _shop.NewUserAsync(9), await _shop.NewItemAsync(5, 35));
        var order = await _shop.NewOrderAsync(user, (item, 2));
        await _shop.RefusedAsync("POST", $"/orders/checkout/{order}", HttpStatusCode.BadRequest, "insufficient-credit");
        await SettledAsync(item, new Books(35, 0, 0));
        Assert.Equal((9, false), (await _shop.CreditAsync(user), await _shop.IsPaidAsync(order)));

        await _shop.PostAsync($"/orders/addItem/{order}/{item}/1"); // a rejected order stays open
        await _shop.PostAsync($"/payment/add_funds/{user}/6");
        await _shop.PostAsync($"/orders/checkout/{order}");
        await SettledAsync(item, new Books(32, 0, 3));
        Assert.Equal(0, await _shop.CreditAsync(user));
    }

    [Fact]
    public async Task A_missing_user_is_detected_at_checkout()
    {
        var item = await _shop.NewItemAsync(5, 35);
        var order = await _shop.NewOrderAsync("ghost", (item, 1));
        await _shop.RefusedAsync("POST", $"/orders/checkout/{order}", HttpStatusCode.BadRequest, "unknown-user");
        await SettledAsync(item, new Books(35, 0, 0));
        Assert.False(await _shop.IsPaidAsync(order));
    }

    [Fact]
    public async Task A_missing_item_is_detected_at_checkout()
    {
        await _shop.PostAsync("/stock/batch_init/3/10/5");
        var user = await _shop.NewUserAsync(100);
        var order = await _shop.NewOrderAsync(user, ("0", 1), ("2", 1));
        await _shop.PostAsync("/stock/batch_init/1/10/5");
        await _shop.RefusedAsync("POST", $"/orders/checkout/{order}", HttpStatusCode.BadRequest, "unknown-item");
        await SettledAsync("0", new Books(10, 0, 0));
        Assert.Equal(100, await _shop.CreditAsync(user));
    }

    [Fact]
    public async Task Orders_of_a_batch_check_out()
    {
        await _shop.PostAsync("/stock/batch_init/2/10/5");
        await _shop.PostAsync("/payment/batch_init/1/20");
        await _shop.PostAsync("/orders/batch_init/3/2/1/5");
        await _shop.PostAsync("/orders/checkout/0");
        await _shop.PostAsync("/orders/checkout/1");
        await _shop.RefusedAsync("POST", "/orders/checkout/2", HttpStatusCode.BadRequest, "insufficient-credit");
        await SettledAsync("0", new Books(8, 0, 2));
        await SettledAsync("1", new Books(8, 0, 2));
    }

    /// <summary>Waits for the steps after the decision (sale or release), which may complete shortly after the response.</summary>
    private Task SettledAsync(string item, Books expected) => Eventually.EqualAsync(expected, () => _shop.StockAsync(item));
}
