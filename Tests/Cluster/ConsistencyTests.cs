using System.Net;

namespace Tests.Cluster;

[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class ConsistencyTests(ClusterFixture cluster) : Consistency(cluster);

/// <summary>Under concurrent requests, no item is sold twice, no user pays twice, and responses match the stored data.</summary>
public abstract class Consistency(ClusterFixture cluster)
{
    private const int LimitMs = 120_000;
    private readonly ShopClient _shop = cluster.Shop;

    [Theory(Timeout = LimitMs)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Of_1000_users_who_want_one_of_100_pieces_exactly_100_get_it(int round)
    {
        const int Users = 1000, Pieces = 100;
        _ = round;
        var item = await _shop.NewItemAsync(price: 1, stock: Pieces);
        await _shop.PostAsync($"/payment/batch_init/{Users}/1");
        var orders = await ManyAsync(Users, user => _shop.NewOrderAsync($"{user}", (item, 1)));

        var answers = await Task.WhenAll(orders.Select(_shop.CheckoutAsync));

        Assert.Equal(Pieces, answers.Count(a => a.Status == HttpStatusCode.OK));
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.OK), a => Assert.Equal((HttpStatusCode.BadRequest, "out-of-stock"), (a.Status, a.Problem)));
        await Eventually.EqualAsync(new Books(0, 0, Pieces), () => _shop.StockAsync(item));
        var credit = await ManyAsync(Users, user => _shop.CreditAsync($"{user}"));
        var paid = await ManyAsync(Users, user => _shop.IsPaidAsync(orders[user]));
        for (var user = 0; user < Users; user++)
            Assert.Equal((user, Paid: answers[user].Status == HttpStatusCode.OK, Credit: answers[user].Status == HttpStatusCode.OK ? 0 : 1),
                (user, Paid: paid[user], Credit: credit[user]));
    }

    [Fact(Timeout = LimitMs)]
    public async Task Fifty_checkouts_of_one_order_at_once_charge_once_and_all_succeed()
    {
        var (user, item) = (await _shop.NewUserAsync(100), await _shop.NewItemAsync(3, 100));
        var order = await _shop.NewOrderAsync(user, (item, 2));
        var answers = await Task.WhenAll(Enumerable.Repeat(order, 50).Select(_shop.CheckoutAsync));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.Status));
        await Eventually.EqualAsync(new Books(98, 0, 2), () => _shop.StockAsync(item));
        Assert.Equal(94, await _shop.CreditAsync(user));
    }

    [Fact(Timeout = LimitMs)]
    public async Task Of_30_orders_of_one_user_with_credit_for_10_exactly_10_succeed()
    {
        var (user, item) = (await _shop.NewUserAsync(30), await _shop.NewItemAsync(3, 100));
        var orders = await ManyAsync(30, _ => _shop.NewOrderAsync(user, (item, 1)));
        var answers = await Task.WhenAll(orders.Select(_shop.CheckoutAsync));
        Assert.Equal(10, answers.Count(a => a.Status == HttpStatusCode.OK));
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.OK),
            a => Assert.Equal((HttpStatusCode.BadRequest, "insufficient-credit"), (a.Status, a.Problem)));
        await Eventually.EqualAsync(new Books(90, 0, 10), () => _shop.StockAsync(item));
        Assert.Equal(0, await _shop.CreditAsync(user));
    }

    [Fact(Timeout = LimitMs)]
    public async Task Orders_with_the_same_items_in_opposite_order_do_not_block_each_other()
    {
        var (first, second) = (await _shop.NewItemAsync(1, 100), await _shop.NewItemAsync(1, 50));
        var user = await _shop.NewUserAsync(1000);
        var orders = await ManyAsync(100,
            i => i % 2 == 0 ? _shop.NewOrderAsync(user, (first, 1), (second, 1)) : _shop.NewOrderAsync(user, (second, 1), (first, 1)));
        var answers = await Task.WhenAll(orders.Select(_shop.CheckoutAsync));
        Assert.Equal(50, answers.Count(a => a.Status == HttpStatusCode.OK));
        await Eventually.EqualAsync(new Books(50, 0, 50), () => _shop.StockAsync(first));
        await Eventually.EqualAsync(new Books(0, 0, 50), () => _shop.StockAsync(second));
        Assert.Equal(900, await _shop.CreditAsync(user));
    }

    [Fact(Timeout = LimitMs)]
    public async Task Concurrent_payments_and_subtractions_never_go_below_zero()
    {
        var (user, item) = (await _shop.NewUserAsync(40), await _shop.NewItemAsync(1, 40));
        var paid = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => _shop.SendAsync("POST", $"/payment/pay/{user}/1")));
        var taken = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => _shop.SendAsync("POST", $"/stock/subtract/{item}/1")));
        Assert.Equal((40, 40), (paid.Count(a => a.Status == HttpStatusCode.OK), taken.Count(a => a.Status == HttpStatusCode.OK)));
        Assert.Equal((0, new Books(0, 0, 0)), (await _shop.CreditAsync(user), await _shop.StockAsync(item)));
    }

    /// <summary>Creates fifty at a time, because the setup itself is not under test.</summary>
    private static async Task<T[]> ManyAsync<T>(int count, Func<int, Task<T>> make)
    {
        var made = new T[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 50, CancellationToken = TestContext.Current.CancellationToken },
            async (i, _) => made[i] = await make(i));
        return made;
    }
}
