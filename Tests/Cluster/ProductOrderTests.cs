using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;

namespace Tests.Cluster;

/// <summary>Effects of changed, hidden and deleted products on orders that contain them.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class ProductOrderTests(ClusterFixture cluster) : IAsyncLifetime
{
    private const int Hold = 1, Commit = 2, Release = 3;

    private readonly ShopClient _shop = cluster.Shop;
    private readonly ProductClient _products = new(cluster.Cluster.App.GetEndpoint("gateway"));
    private readonly HttpClient _orderApi = new() { BaseAddress = cluster.Cluster.App.GetEndpoint("order-api") };
    private readonly HttpClient _stockApi = new() { BaseAddress = cluster.Cluster.App.GetEndpoint("stock-api") };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => default;

    public async ValueTask DisposeAsync()
    {
        await _products.DisposeAsync();
        _orderApi.Dispose();
        _stockApi.Dispose();
    }

    [Fact]
    public async Task A_line_keeps_the_price_at_which_its_pieces_were_added()
    {
        var (user, item) = (await _shop.NewUserAsync(100), await _products.CreateAsync("Ruler", 5, stock: 10));
        var order = await _shop.NewOrderAsync(user, (item, 2));
        await _products.SendAsync("PATCH", $"/{item}", """{"price":7}""");
        Assert.Equal(10, await TotalAsync(order));
        await _shop.PostAsync($"/orders/addItem/{order}/{item}/1");
        Assert.Equal(17, await TotalAsync(order)); // 2 at 5 and 1 at 7
        await _products.SendAsync("PATCH", $"/{item}", """{"price":90}""");
        Assert.Equal(HttpStatusCode.OK, (await _shop.CheckoutAsync(order)).Status);
        Assert.Equal(83, await _shop.CreditAsync(user));
        await _shop.PostAsync($"/orders/removeItem/{await _shop.NewOrderAsync(user, (item, 1))}/{item}");
        await AssertReconciledAsync();
    }

    [Fact]
    public async Task A_hidden_product_is_not_added_but_orders_that_have_it_can_be_paid()
    {
        var (user, item) = (await _shop.NewUserAsync(100), await _products.CreateAsync("Ruler", 5, stock: 10));
        var order = await _shop.NewOrderAsync(user, (item, 2));
        await _products.SendAsync("PATCH", $"/{item}", """{"state":"hidden"}""");
        await _shop.UnknownAsync("POST", $"/orders/addItem/{order}/{item}/1");
        Assert.Equal(HttpStatusCode.OK, (await _shop.CheckoutAsync(order)).Status);
        Assert.Equal(90, await _shop.CreditAsync(user));
        await _products.SendAsync("PATCH", $"/{item}", """{"state":"active"}""");
        await _shop.NewOrderAsync(user, (item, 1));
    }

    [Fact]
    public async Task A_deleted_product_is_neither_added_nor_paid_and_costs_nothing()
    {
        var (user, item, other) = (await _shop.NewUserAsync(100), await _products.CreateAsync("Ruler", 5, stock: 10), await _shop.NewItemAsync(3, 10));
        var (paid, open) = (await _shop.NewOrderAsync(user, (item, 2)), await _shop.NewOrderAsync(user, (other, 1), (item, 2)));
        Assert.Equal(HttpStatusCode.OK, (await _shop.CheckoutAsync(paid)).Status);
        await Eventually.EqualAsync(new Books(8, 0, 2), () => _shop.StockAsync(item));
        await _products.SendAsync("DELETE", $"/{item}");
        await _shop.UnknownAsync("POST", $"/orders/addItem/{open}/{item}/1");
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var refused = await _shop.CheckoutAsync(open);
            Assert.Equal((HttpStatusCode.BadRequest, "unknown-item"), (refused.Status, refused.Problem));
        }

        Assert.Equal(90, await _shop.CreditAsync(user));
        Assert.Equal(new Books(10, 0, 0), await _shop.StockAsync(other));
        await _shop.PostAsync($"/orders/removeItem/{open}/{item}");
        Assert.Equal(HttpStatusCode.OK, (await _shop.CheckoutAsync(open)).Status); // the remaining order can be bought
        Assert.Equal(87, await _shop.CreditAsync(user));
        Assert.Equal(HttpStatusCode.OK, (await _shop.CheckoutAsync(paid)).Status);
        await AssertReconciledAsync();
    }

    [Theory]
    [InlineData(Commit)]
    [InlineData(Release)]
    public async Task A_checkout_that_holds_pieces_of_a_product_ends_after_its_deletion(int verb)
    {
        var item = await _products.CreateAsync("Ruler", 5, stock: 10);
        var (saga, startedAt) = (Guid.CreateVersion7(), DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        Assert.Equal(1, await SettleAsync(saga, startedAt, Hold, item)); // held
        await _products.SendAsync("DELETE", $"/{item}");
        Assert.Equal(verb == Commit ? 5 : 4, await SettleAsync(saga, startedAt, verb, item)); // committed, or released
        Assert.Equal(verb == Commit ? 5 : 4, await SettleAsync(saga, startedAt, verb, item));
        // Released pieces are not for sale again.
        Assert.Equal(3, await SettleAsync(Guid.CreateVersion7(), startedAt, Hold, item)); // unknown item
        await _shop.UnknownAsync("POST", $"/stock/add/{item}/1");
        await AssertReconciledAsync();
    }

    [Fact]
    public async Task Checkouts_during_its_deletion_end_and_the_books_agree()
    {
        var (user, item) = (await _shop.NewUserAsync(10_000), await _products.CreateAsync("Ruler", 5, stock: 1_000));
        var orders = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => _shop.NewOrderAsync(user, (item, 1))));
        var checkouts = orders.Select(order => Task.Run(() => _shop.CheckoutAsync(order), Ct)).ToArray();
        await Task.WhenAny(checkouts);
        Assert.Equal(HttpStatusCode.NoContent, (await _products.SendAsync("DELETE", $"/{item}")).Status);
        var answers = await Task.WhenAll(checkouts);
        Assert.All(answers, static answer => Assert.True(answer.Status == HttpStatusCode.OK || answer.Problem == "unknown-item", answer.Body));
        Assert.Equal(10_000 - (5 * answers.Count(static answer => answer.Status == HttpStatusCode.OK)), await _shop.CreditAsync(user));
        await AssertReconciledAsync();
    }

    [Fact]
    public async Task Old_orders_show_the_name_and_baskets_report_the_deletion()
    {
        var item = await _products.CreateAsync("Slide rule", 5, stock: 10);
        await Task.Delay(TimeSpan.FromSeconds(1.2), Ct); // the storefront's catalog is cached for up to a second
        using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = new() }) { BaseAddress = cluster.Cluster.App.GetEndpoint("gateway") };
        http.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using var bought = await http.PostAsJsonAsync(new Uri("/", UriKind.Relative), new
        {
            product_name = "slide rule", quantity = 1, customer_name = "Mary Jackson", street_address = "1 Hampton Rd", state = "VA", zip_code = "23669",
        }, Ct);
        var order = bought.Headers.Location!.OriginalString;
        var page = await http.GetStringAsync(new Uri($"/catalog/{item}", UriKind.Relative), Ct);
        using var form = new FormUrlEncodedContent([new("quantity", "2"), new("__RequestVerificationToken", TokenOf(page))]);
        using var added = await http.PostAsync(new Uri($"/catalog/{item}", UriKind.Relative), form, Ct);
        Assert.Contains("Slide rule was added", await added.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);

        await _products.SendAsync("DELETE", $"/{item}");
        await Task.Delay(TimeSpan.FromSeconds(1.2), Ct);
        Assert.Contains("<td>Slide rule</td>", await http.GetStringAsync(new Uri(order, UriKind.Relative), Ct), StringComparison.Ordinal);
        Assert.Contains("Slide rule is no longer sold", await http.GetStringAsync(new Uri("/basket", UriKind.Relative), Ct), StringComparison.Ordinal);
        using var gone = await http.GetAsync(new Uri($"/catalog/{item}", UriKind.Relative), Ct);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        Assert.DoesNotContain("Slide rule", await http.GetStringAsync(new Uri("/?q=slide", UriKind.Relative), Ct), StringComparison.Ordinal);
    }

    private static string TokenOf(string page) => page.Split("__RequestVerificationToken\" type=\"hidden\" value=\"")[1].Split('"')[0];

    private async Task<long> TotalAsync(string order) => (await _shop.GetAsync($"/orders/find/{order}")).GetProperty("total_cost").GetInt64();

    private async Task<int> SettleAsync(Guid saga, long startedAt, int verb, string item)
    {
        var member = new { Saga = saga, StartedAt = startedAt, Verb = verb, Lines = new[] { new { Item = item, Quantity = 3 } } };
        using var response = await _stockApi.PostAsJsonAsync("/internal/reservations", new { Members = new[] { member } }, Ct);
        return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("outcomes")[0].GetInt32();
    }

    // Null means that something changed while it was read, as other tests do.
    private async Task AssertReconciledAsync()
    {
        var report = await Eventually.UntilAsync(
            () => _orderApi.GetFromJsonAsync<JsonElement>(new Uri("/internal/reconciliation", UriKind.Relative), Ct),
            static found => found.GetProperty("ok").ValueKind == JsonValueKind.True, TimeSpan.FromSeconds(20));
        Assert.True(report.GetProperty("ok").ValueKind == JsonValueKind.True, report.ToString());
    }
}
