using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;

namespace Tests.Cluster;

/// <summary>The storefront's JSON API, and the security headers of all pages.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class StorefrontTests(ClusterFixture cluster) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = cluster.Cluster.App.GetEndpoint("gateway"),
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_purchase_returns_its_order()
    {
        using var answer = await BuyAsync(Purchase());
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var order = (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("order_id").GetString()!;
        Assert.Equal($"/orders/{order}", answer.Headers.Location?.OriginalString);
        var found = await cluster.Shop.GetAsync($"/orders/find/{order}");
        Assert.Equal((true, 24), (found.GetProperty("paid").GetBoolean(), found.GetProperty("total_cost").GetInt64()));
        var page = await _http.GetStringAsync(new Uri($"/orders/{order}", UriKind.Relative), Ct);
        foreach (var expected in new[] { order, "Katherine Johnson", "New York 10001", "$24", "Most popular in New York" })
            Assert.Contains(expected, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_one_key_a_purchase_is_made_once()
    {
        var key = $"buy-{Guid.NewGuid()}";
        var orders = await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
        {
            using var answer = await BuyAsync(Purchase(), key);
            return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).ToString());
        }));
        Assert.Equal(HttpStatusCode.Created, Assert.Single(orders.Distinct()).StatusCode);
        using var other = await BuyAsync(Purchase() with { Quantity = 3 }, key);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.StatusCode);
    }

    [Fact]
    public async Task Every_invalid_field_is_named_and_nothing_is_bought()
    {
        using var answer = await BuyAsync(new(null, 0, " ", null, "Bavaria", "1234"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal("urn:shop:problem:invalid-request", problem.GetProperty("type").GetString());
        Assert.Equal(["customer_name", "product_name", "quantity", "state", "street_address", "zip_code"],
            problem.GetProperty("errors").EnumerateObject().Select(static field => field.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_unavailable_product_is_rejected_by_name()
    {
        using var unknown = await BuyAsync(Purchase() with { ProductName = "Perpetual motion" });
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var dear = await BuyAsync(Purchase() with { ProductName = "Headphones", Quantity = 4 });
        Assert.Equal((HttpStatusCode.BadRequest, "urn:shop:problem:insufficient-credit"),
            (dear.StatusCode, (await dear.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("type").GetString()));
        var user = await cluster.Shop.NewUserAsync(1_000_000);
        using var scarce = await BuyAsync(Purchase() with { ProductName = "Headphones", Quantity = 99, UserId = user });
        Assert.Equal((HttpStatusCode.BadRequest, "urn:shop:problem:out-of-stock"),
            (scarce.StatusCode, (await scarce.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("type").GetString()));
        Assert.Equal(1_000_000, await cluster.Shop.CreditAsync(user));
    }

    [Fact]
    public async Task A_product_is_found_by_its_name()
    {
        var product = await cluster.Shop.GetAsync("/get_product?product_name=desk%20lamp");
        Assert.Equal(("Desk lamp", 79), (product.GetProperty("product_name").GetString(), product.GetProperty("price").GetInt64()));
        Assert.True(product.GetProperty("stock").GetInt64() > 0);
        await cluster.Shop.UnknownAsync("GET", "/get_product?product_name=nothing");
        await cluster.Shop.RefusedAsync("GET", "/get_product", HttpStatusCode.BadRequest, "invalid-request");
        await cluster.Shop.GetAsync("/health_check");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/basket")]
    [InlineData("/lookup?order_id=x")]
    [InlineData("/no-such-page")]
    [InlineData("/shop.css")]
    public async Task No_page_may_run_scripts_or_be_framed(string path)
    {
        using var answer = await SendAsync(HttpMethod.Get, path);
        Assert.StartsWith("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.DoesNotContain("<script", await answer.Content.ReadAsStringAsync(Ct), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task API_clients_get_a_problem_document_instead_of_a_page()
    {
        await cluster.Shop.UnknownAsync("GET", "/no-such-page");
        using var page = await SendAsync(HttpMethod.Get, "/no-such-page");
        Assert.Equal((HttpStatusCode.NotFound, "text/html"), (page.StatusCode, page.Content.Headers.ContentType?.MediaType));
    }

    /// <summary>A field name in jQuery's notation, which makes the framework's form reader throw.</summary>
    [Theory]
    [InlineData("a[")]
    [InlineData("[[[[")]
    public async Task A_field_name_with_an_open_bracket_is_not_an_error(string name)
    {
        using var form = new FormUrlEncodedContent([new(name, "1")]);
        using var answer = await SendAsync(HttpMethod.Get, "/checkout", form);
        Assert.True((int)answer.StatusCode < 500, $"{answer}");
    }

    [Theory]
    [InlineData("/catalog/5b0b5ee0-0000-4000-8000-000000000002")]
    [InlineData("/basket")]
    [InlineData("/checkout")]
    [InlineData("/account")]
    public async Task A_form_from_another_site_is_rejected(string path)
    {
        using var forged = new FormUrlEncodedContent([new("quantity", "1")]);
        using var answer = await SendAsync(HttpMethod.Post, path, forged);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    /// <summary>Works without the cookie: the browser sends the origin of the form, and scripts cannot forge that.</summary>
    [Theory]
    [InlineData("Sec-Fetch-Site", "same-origin", true)]
    [InlineData("Sec-Fetch-Site", "same-site", false)]
    [InlineData("Sec-Fetch-Site", "cross-site", false)]
    [InlineData("Origin", "", true)]
    [InlineData("Origin", "http://evil.example", false)]
    [InlineData("Origin", "null", false)]
    public async Task A_form_of_this_site_is_accepted_without_its_cookie(string header, string value, bool isAccepted)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/catalog/5b0b5ee0-0000-4000-8000-000000000002")
        {
            Content = new FormUrlEncodedContent([new("quantity", "1")]),
        };
        request.Headers.Accept.ParseAdd("text/html");
        request.Headers.Add(header, value.Length > 0 ? value : _http.BaseAddress!.GetLeftPart(UriPartial.Authority));
        if (header == "Sec-Fetch-Site" && !isAccepted) request.Headers.Add("Origin", _http.BaseAddress!.GetLeftPart(UriPartial.Authority));
        using var answer = await _http.SendAsync(request, Ct);
        Assert.Equal(isAccepted ? HttpStatusCode.Redirect : HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_request_may_contain_a_city()
    {
        using var answer = await BuyAsync(Purchase() with { City = " New  York " });
        var order = (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("order_id").GetString()!;
        Assert.Contains("<bdi>New York</bdi>, New York 10001", await _http.GetStringAsync($"/orders/{order}", Ct), StringComparison.Ordinal);
        using var wrong = await BuyAsync(Purchase() with { City = new string('x', 101) });
        var errors = (await wrong.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("errors");
        Assert.Equal(["city"], errors.EnumerateObject().Select(static field => field.Name));
    }

    [Fact]
    public async Task Cookies_are_HttpOnly_SameSite_and_cannot_be_forged()
    {
        using var product = await SendAsync(HttpMethod.Get, "/catalog/5b0b5ee0-0000-4000-8000-000000000002");
        var seal = product.Headers.GetValues("Set-Cookie").Single();
        var token = (await product.Content.ReadAsStringAsync(Ct)).Split("__RequestVerificationToken\" type=\"hidden\" value=\"")[1].Split('"')[0];
        using var form = new FormUrlEncodedContent([new("quantity", "2"), new("__RequestVerificationToken", token)]);
        using var added = await SendAsync(HttpMethod.Post, "/catalog/5b0b5ee0-0000-4000-8000-000000000002", form, seal.Split(';')[0]);
        Assert.Equal((HttpStatusCode.Redirect, "/basket?added=5b0b5ee0-0000-4000-8000-000000000002"),
            (added.StatusCode, added.Headers.Location?.OriginalString));
        var basket = added.Headers.GetValues("Set-Cookie").Single(static cookie => cookie.StartsWith("shop-basket=", StringComparison.Ordinal));
        foreach (var cookie in new[] { seal, basket })
        {
            Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
            // Lax instead of Strict: a link from another site must not lose a visitor's basket or a form open in another tab.
            Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        }

        using var forged = await SendAsync(HttpMethod.Get, "/basket", cookie: "shop-basket=5b0b5ee0-0000-4000-8000-000000000002:1; shop-user=0");
        Assert.Contains("Your basket is empty", await forged.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cookies_are_secure_where_visitors_come_over_TLS()
    {
        foreach (var scheme in new[] { "http", "https" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/catalog/5b0b5ee0-0000-4000-8000-000000000002");
            request.Headers.Add("X-Forwarded-Proto", scheme);
            using var answer = await _http.SendAsync(request, Ct);
            Assert.Equal(scheme == "https", answer.Headers.GetValues("Set-Cookie").Single().Contains("; secure", StringComparison.OrdinalIgnoreCase));
        }
    }

    private static Order Purchase() => new("mug", 2, "Katherine Johnson", "20 W 34th St", "NY", "10001");

    private Task<HttpResponseMessage> BuyAsync(Order order, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = JsonContent.Create(order, options: Snake) };
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return _http.SendAsync(request, Ct);
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null, string? cookie = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Accept.ParseAdd("text/html");
        if (cookie is not null) request.Headers.Add("Cookie", cookie);
        return _http.SendAsync(request, Ct);
    }

    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private sealed record Order(
        string? ProductName, int? Quantity, string? CustomerName, string? StreetAddress, string? State, string? ZipCode, string? UserId = null,
        string? City = null);
}
