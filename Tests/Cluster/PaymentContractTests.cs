using System.Net;

namespace Tests.Cluster;

[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class PaymentContractTests(ClusterFixture cluster) : PaymentContract(cluster);

public abstract class PaymentContract(ClusterFixture cluster)
{
    private readonly ShopClient _shop = cluster.Shop;

    [Fact]
    public async Task A_new_user_has_no_credit()
    {
        var user = await _shop.NewUserAsync();
        var found = await _shop.GetAsync($"/payment/find_user/{user}");
        Assert.Equal((user, 0), (found.GetProperty("user_id").GetString(), found.GetProperty("credit").GetInt64()));
    }

    [Fact]
    public async Task Funds_are_added_and_paid_but_never_below_zero()
    {
        var user = await _shop.NewUserAsync(15);
        await _shop.PostAsync($"/payment/pay/{user}/5");
        await _shop.RefusedAsync("POST", $"/payment/pay/{user}/11", HttpStatusCode.BadRequest, "insufficient-credit");
        Assert.Equal(10, await _shop.CreditAsync(user));
        await _shop.PostAsync($"/payment/pay/{user}/10");
        Assert.Equal(0, await _shop.CreditAsync(user));
        await _shop.RefusedAsync("POST", $"/payment/pay/{user}/1", HttpStatusCode.BadRequest, "insufficient-credit");
    }

    [Fact]
    public async Task The_greatest_amount_is_kept_exactly_and_a_sum_beyond_64_bits_is_refused()
    {
        var user = await _shop.NewUserAsync(long.MaxValue);
        await _shop.RefusedAsync("POST", $"/payment/add_funds/{user}/1", HttpStatusCode.BadRequest, "amount-too-large");
        Assert.Equal(long.MaxValue, await _shop.CreditAsync(user));
        await _shop.PostAsync($"/payment/pay/{user}/{long.MaxValue - 10}");
        Assert.Equal(10, await _shop.CreditAsync(user));
    }

    [Theory, MemberData(nameof(BadInput.AmountData), MemberType = typeof(BadInput))]
    public async Task A_bad_amount_is_refused_and_changes_nothing(string amount)
    {
        var user = await _shop.NewUserAsync(15);
        await _shop.PostAsync("/payment/batch_init/2/7");
        await _shop.InvalidAsync($"/payment/add_funds/{user}/{amount}");
        await _shop.InvalidAsync($"/payment/pay/{user}/{amount}");
        await _shop.InvalidAsync($"/payment/batch_init/{amount}/1");
        await _shop.InvalidAsync($"/payment/batch_init/1/{amount}");
        Assert.Equal(15, await _shop.CreditAsync(user));
        Assert.Equal(7, await _shop.CreditAsync("1"));
    }

    [Theory, MemberData(nameof(BadInput.IdData), MemberType = typeof(BadInput))]
    public async Task An_unknown_user_is_not_found(string id)
    {
        await _shop.UnknownAsync("GET", $"/payment/find_user/{id}");
        await _shop.UnknownAsync("POST", $"/payment/add_funds/{id}/1");
        await _shop.UnknownAsync("POST", $"/payment/pay/{id}/1");
    }

    [Fact]
    public async Task An_empty_amount_or_id_changes_nothing()
    {
        var user = await _shop.NewUserAsync(15);
        foreach (var path in new[] { $"/payment/add_funds/{user}/", $"/payment/pay/{user}/", $"/payment/pay/{user}", "/payment/pay//1",
            "/payment/batch_init/1/", "/payment/batch_init//1" })
            await _shop.UnknownAsync("POST", path);
        await _shop.UnknownAsync("GET", "/payment/find_user/");
        Assert.Equal(15, await _shop.CreditAsync(user));
    }

    [Fact]
    public async Task Batch_init_replaces_the_last_batch_and_nothing_else()
    {
        var user = await _shop.NewUserAsync(15);
        await _shop.PostAsync("/payment/batch_init/5/100");
        await _shop.PostAsync("/payment/pay/1/10");
        await _shop.PostAsync("/payment/batch_init/2/40");
        Assert.Equal((40, 40), (await _shop.CreditAsync("0"), await _shop.CreditAsync("1")));
        await _shop.UnknownAsync("GET", "/payment/find_user/2");
        await _shop.UnknownAsync("GET", "/payment/find_user/4");
        Assert.Equal(15, await _shop.CreditAsync(user));
        await _shop.InvalidAsync("/payment/batch_init/10000001/1");
        Assert.Equal(40, await _shop.CreditAsync("0"));
    }

    [Theory]
    [InlineData("GET", "/payment/create_user")]
    [InlineData("GET", "/payment/pay/x/1")]
    [InlineData("POST", "/payment/find_user/x")]
    public Task The_wrong_method_is_refused(string method, string path)
        => _shop.RefusedAsync(method, path, HttpStatusCode.MethodNotAllowed, "method-not-allowed");

    [Fact]
    public Task A_path_that_does_not_exist_is_not_found() => _shop.UnknownAsync("GET", "/payment/nope");
}
