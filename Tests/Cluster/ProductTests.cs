using System.Net;
using System.Text.Json;
using Aspire.Hosting.Testing;
using StackExchange.Redis;

namespace Tests.Cluster;

/// <summary>Products through the gateway: readable by everyone, changed by operators. Each test deletes its own products.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class ProductTests(ClusterFixture cluster) : IAsyncLifetime
{
    private const string Key = "correct horse battery", Teapot = "5b0b5ee0-0000-4000-8000-000000000001";

    private readonly ProductClient _products = new(cluster.Cluster.App.GetEndpoint("gateway"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => default;

    public ValueTask DisposeAsync() => _products.DisposeAsync();

    [Fact]
    public async Task A_product_is_created_found_replaced_changed_and_deleted()
    {
        var created = await _products.SendAsync("POST", "", """{"name":" Spoon ","description":"Stirs.","price":4,"stock":7}""");
        Assert.Equal((HttpStatusCode.Created, "\"1\""), (created.Status, created.Tag));
        var id = created.Json.GetProperty("item_id").GetString()!;
        Assert.Equal($"/products/{id}", created.Location);
        Assert.Equal(("Spoon", "Stirs.", 4, 7, "active", 1, "/pictures/none.svg"), Fields(created.Json));
        Assert.Equal(created.Body, (await _products.SendAsync("GET", $"/{id}")).Body);
        Assert.Equal(new Books(7, 0, 0), await cluster.Shop.StockAsync(id));

        var replaced = await _products.SendAsync("PUT", $"/{id}", """{"name":"Ladle","price":9,"state":"hidden"}""");
        Assert.Equal(("Ladle", "", 9, 7, "hidden", 2, "/pictures/none.svg"), Fields(replaced.Json)); // sales change the stock, so a missing value keeps it
        var changed = await _products.SendAsync(
            "PATCH", $"/{id}", """{"description":"Scoops.","state":"active","stock":3}""", mediaType: "application/merge-patch+json");
        Assert.Equal(("Ladle", "Scoops.", 9, 3, "active", 3, "/pictures/none.svg"), Fields(changed.Json));
        Assert.Equal("\"3\"", changed.Tag);
        Assert.Equal((HttpStatusCode.OK, changed.Json.GetProperty("name").GetString()), // a response can be sent back
            ((await _products.SendAsync("PUT", $"/{id}", changed.Body)).Status, "Ladle"));

        Assert.Equal(HttpStatusCode.NoContent, (await _products.SendAsync("DELETE", $"/{id}")).Status);
        foreach (var (method, body) in new[] { ("GET", null), ("PUT", """{"name":"x","price":1}"""), ("PATCH", "{}"), ("DELETE", (string?)null) })
        {
            var gone = await _products.SendAsync(method, $"/{id}", body);
            Assert.Equal((HttpStatusCode.NotFound, "not-found"), (gone.Status, gone.Problem));
        }

        await cluster.Shop.UnknownAsync("GET", $"/stock/find/{id}");
        await cluster.Shop.UnknownAsync("POST", $"/stock/add/{id}/1");
    }

    [Fact]
    public async Task Pages_can_be_searched_and_sorted_and_hidden_products_are_for_operators()
    {
        foreach (var (name, price, state) in new[]
        {
            ("Zinc whistle", 30, "active"), ("Iron whistle", 10, "active"), ("Tin whistle", 20, "active"), ("Lead whistle", 5, "hidden"),
        })
            await _products.CreateAsync(name, price, state: state);
        Assert.Equal(["Zinc whistle", "Iron whistle", "Tin whistle"], await NamesAsync("?search=WHISTLE"));
        Assert.Equal(["Iron whistle", "Tin whistle", "Zinc whistle"], await NamesAsync("?search=whistle&sort=name"));
        Assert.Equal(["Zinc whistle", "Tin whistle", "Iron whistle"], await NamesAsync("?search=whistle&sort=-price"));
        Assert.Equal(["Tin whistle"], await NamesAsync("?search=whistle%20tin"));
        Assert.Equal(["Tin whistle"], await NamesAsync("?search=whistle&sort=price&limit=1&page=2"));
        Assert.Empty(await NamesAsync("?search=whistle&page=9"));
        Assert.Equal(["Lead whistle"], await NamesAsync("?search=whistle&state=hidden")); // in development, without an operator key
        var all = await _products.SendAsync("GET", "?search=whistle&limit=2&state=all");
        Assert.Equal((4, 1, 2), (all.Json.GetProperty("total").GetInt32(), all.Json.GetProperty("page").GetInt32(), all.Json.GetProperty("limit").GetInt32()));
    }

    [Theory]
    [InlineData("{}", "name", "price")]
    [InlineData("""{"name":"  ","price":1}""", "name")]
    [InlineData("""{"name":"a\u0000b","price":1}""", "name")]
    [InlineData("""{"name":"x","price":0}""", "price")]
    [InlineData("""{"name":"x","price":-1}""", "price")]
    [InlineData("""{"name":"x","price":1000000001}""", "price")]
    [InlineData("""{"name":"x","price":1,"stock":-1,"state":"gone"}""", "state", "stock")]
    [InlineData("""{"name":"x","price":1,"description":"a\u0007"}""", "description")]
    [InlineData("""{"name":"x","price":1,"picture":"https://evil.example/a.png"}""", "picture")]
    [InlineData("""{"name":"x","price":1,"item_id":"0"}""", "item_id")]
    public async Task Every_invalid_field_is_named_and_nothing_is_created(string body, params string[] fields)
    {
        var answer = await _products.SendAsync("POST", "", body);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid-request"), (answer.Status, answer.Problem));
        Assert.Equal(fields, answer.Json.GetProperty("errors").EnumerateObject().Select(static field => field.Name).Order(StringComparer.Ordinal));
        Assert.Empty(await NamesAsync("?search=x&sort=-created&state=hidden"));
    }

    [Theory]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("{", HttpStatusCode.BadRequest)]
    [InlineData("null", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    [InlineData("""{"name":"x","price":1.5}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"name":"x","price":9223372036854775808}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"name":5,"price":1}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"name":"x","price":1,"colour":"red"}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"name":"x","price":1}""", HttpStatusCode.UnsupportedMediaType, "text/plain")]
    public async Task An_invalid_body_is_rejected(string body, HttpStatusCode status, string mediaType = "application/json")
    {
        foreach (var (method, path) in new[] { ("POST", ""), ("PUT", $"/{Teapot}"), ("PATCH", $"/{Teapot}") })
        {
            var answer = await _products.SendAsync(method, path, body, mediaType: mediaType);
            Assert.Equal(status, answer.Status);
            Assert.NotNull(answer.Problem);
        }

        Assert.Equal("Teapot", (await _products.SendAsync("GET", $"/{Teapot}")).Json.GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("?page=0", "page")]
    [InlineData("?page=1001", "page")]
    [InlineData("?limit=101", "limit")]
    [InlineData("?limit=x", "limit")]
    [InlineData("?sort=colour", "sort")]
    [InlineData("?sort=--price", "sort")]
    [InlineData("?state=gone", "state")]
    public async Task An_invalid_query_is_rejected(string query, string field)
    {
        var answer = await _products.SendAsync("GET", query);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid-request"), (answer.Status, answer.Problem));
        Assert.Equal(field, answer.Json.GetProperty("errors").EnumerateObject().Single().Name);
    }

    [Theory, MemberData(nameof(BadInput.IdData), MemberType = typeof(BadInput))]
    public async Task An_unknown_product_is_not_found(string id)
    {
        foreach (var (method, path, body) in new[]
        {
            ("GET", "", null), ("PUT", "", """{"name":"x","price":1}"""), ("PATCH", "", "{}"), ("DELETE", "", null), ("GET", "/picture", null),
            ("DELETE", "/picture", (string?)null),
        })
            Assert.Equal(HttpStatusCode.NotFound, (await _products.SendAsync(method, $"/{id}{path}", body)).Status);
    }

    [Fact]
    public async Task An_item_without_a_name_is_not_a_product()
    {
        var item = await cluster.Shop.NewItemAsync(5, 10);
        Assert.Equal(HttpStatusCode.NotFound, (await _products.SendAsync("GET", $"/{item}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _products.SendAsync("DELETE", $"/{item}")).Status);
        Assert.Equal(new Books(10, 0, 0), await cluster.Shop.StockAsync(item));
    }

    [Fact]
    public async Task With_one_key_a_product_is_created_once()
    {
        var (key, body) = ($"product-{Guid.NewGuid()}", """{"name":"Whisk","price":4,"stock":7}""");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _products.SendAsync("POST", "", body, key: key)));
        Assert.All(answers, answer => Assert.Equal((HttpStatusCode.Created, answers[0].Body), (answer.Status, answer.Body)));
        Assert.Single(await NamesAsync("?search=whisk"));
        var other = await _products.SendAsync("POST", "", """{"name":"Whisk","price":5,"stock":7}""", key: key);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency-key-reused"), (other.Status, other.Problem));
        await _products.SendAsync("DELETE", answers[0].Location!["/products".Length..]);
        Assert.Equal(HttpStatusCode.Created, (await _products.SendAsync("POST", "", body, key: key)).Status); // the first response is kept
        Assert.Empty(await NamesAsync("?search=whisk"));
    }

    [Fact]
    public async Task A_name_is_unique_ignoring_case_until_its_product_is_deleted()
    {
        var (one, two) = (await _products.CreateAsync("Grater", 4), await _products.CreateAsync("Peeler", 4));
        foreach (var (method, path, body) in new[] { ("POST", "", """{"name":"GRATER","price":1}"""), ("PATCH", $"/{two}", """{"name":"grater"}""") })
        {
            var answer = await _products.SendAsync(method, path, body);
            Assert.Equal((HttpStatusCode.Conflict, "duplicate-product"), (answer.Status, answer.Problem));
        }

        Assert.Equal(HttpStatusCode.OK, (await _products.SendAsync("PATCH", $"/{one}", """{"name":"GRATER"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _products.SendAsync("PATCH", $"/{one}", """{"name":"Rasp"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _products.SendAsync("PATCH", $"/{two}", """{"name":"grater"}""")).Status);
        await _products.SendAsync("DELETE", $"/{one}");
        await _products.CreateAsync("Rasp", 4);
    }

    [Fact]
    public async Task Of_two_edits_of_the_same_revision_one_is_made()
    {
        var id = await _products.CreateAsync("Sieve", 4);
        var edits = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            _products.SendAsync("PATCH", $"/{id}", $$"""{"price":{{10 + i}}}""", match: "\"1\"")));
        var won = Assert.Single(edits, static edit => edit.Status == HttpStatusCode.OK);
        Assert.All(edits.Except([won]), static edit => Assert.Equal((HttpStatusCode.PreconditionFailed, "product-changed"), (edit.Status, edit.Problem)));
        Assert.Equal(won.Body, (await _products.SendAsync("GET", $"/{id}")).Body);
        foreach (var stale in new[] { "\"1\"", "W/\"1\"", "\"x\"" })
            Assert.Equal(HttpStatusCode.PreconditionFailed, (await _products.SendAsync("DELETE", $"/{id}", match: stale)).Status);
        foreach (var malformed in new[] { "2", "\"2\", \"3\"" })
            Assert.Equal(HttpStatusCode.BadRequest, (await _products.SendAsync("DELETE", $"/{id}", match: malformed)).Status);
        Assert.Equal(HttpStatusCode.OK, (await _products.SendAsync("PATCH", $"/{id}", "{}", match: "*")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await _products.SendAsync("DELETE", $"/{id}", match: "W/\"3\"")).Status); // weakened by a proxy
    }

    [Fact]
    public async Task Edits_without_a_revision_are_all_made()
    {
        var id = await _products.CreateAsync("Funnel", 4);
        await Task.WhenAll(
            _products.SendAsync("PATCH", $"/{id}", """{"price":6}"""), _products.SendAsync("PATCH", $"/{id}", """{"description":"Narrow."}"""),
            _products.SendAsync("PATCH", $"/{id}", """{"stock":8}"""));
        Assert.Equal(("Funnel", "Narrow.", 6, 8, "active", 4, "/pictures/none.svg"), Fields((await _products.SendAsync("GET", $"/{id}")).Json));
    }

    [Fact]
    public async Task A_new_stock_is_applied_as_a_difference_despite_concurrent_sales()
    {
        var id = await _products.CreateAsync("Tongs", 2, stock: 10);
        var user = await cluster.Shop.NewUserAsync(100);
        Assert.Equal(HttpStatusCode.OK, (await cluster.Shop.CheckoutAsync(await cluster.Shop.NewOrderAsync(user, (id, 3)))).Status);
        await Eventually.EqualAsync(new Books(7, 0, 3), () => cluster.Shop.StockAsync(id));
        foreach (var stock in new[] { 0, 1_000_000_000, 5 })
        {
            await _products.SendAsync("PATCH", $"/{id}", $$"""{"stock":{{stock}}}""");
            Assert.Equal(new Books(stock, 0, 3), await cluster.Shop.StockAsync(id));
        }

        await cluster.Shop.PostAsync($"/stock/add/{id}/9223372036854775799"); // of 64 bits, all but 3 sold and 5 available
        await _products.SendAsync("PATCH", $"/{id}", """{"stock":5}""");
        Assert.Equal(new Books(5, 0, 3), await cluster.Shop.StockAsync(id));
        await _products.SendAsync("DELETE", $"/{id}");
        await AssertBooksAsync(id, available: 0, sold: 3, total: 3);
    }

    [Fact]
    public async Task If_an_operator_key_is_set_changes_need_it()
    {
        var id = await _products.CreateAsync("Corkscrew", 4, state: "hidden");
        await using var stockApi = await ServiceProcess.StartAsync(
            cluster.Cluster, "stock-api", ("ASPNETCORE_ENVIRONMENT", "Production"), ("Shop__OperatorKey", Key));
        await using var products = new ProductClient(stockApi.Http.BaseAddress!);
        (string Method, string Path, string? Body)[] changes =
        [
            ("POST", "", """{"name":"Opener","price":1}"""), ("PUT", $"/{id}", """{"name":"Opener","price":1}"""), ("PATCH", $"/{id}", """{"price":1}"""),
            ("PUT", $"/{id}/picture", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), ("DELETE", $"/{id}/picture", null), ("DELETE", $"/{id}", null),
            ("POST", "", "{"),
        ];
        foreach (var authorization in new[] { null, "Bearer wrong horse battery", $"Basic {Key}", "Bearer", Key })
        {
            foreach (var (method, path, body) in changes)
            {
                var answer = await products.SendAsync(method, path, body, authorization: authorization);
                Assert.Equal((HttpStatusCode.Unauthorized, "unauthorized", "Bearer"), (answer.Status, answer.Problem, answer.Challenge));
            }

            Assert.Equal(HttpStatusCode.NotFound, (await products.SendAsync("GET", $"/{id}", authorization: authorization)).Status);
            Assert.Equal(HttpStatusCode.BadRequest, (await products.SendAsync("GET", "?state=all", authorization: authorization)).Status);
        }

        Assert.Equal(HttpStatusCode.OK, (await products.SendAsync("GET", "?search=corkscrew")).Status);
        Assert.Equal(HttpStatusCode.OK, (await products.SendAsync("GET", $"/{id}", authorization: $"Bearer {Key}")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await products.SendAsync("DELETE", $"/{id}", authorization: $"bearer {Key}")).Status);
    }

    [Fact]
    public async Task In_production_products_cannot_be_changed_without_a_key()
    {
        await using var stockApi = await ServiceProcess.StartAsync(cluster.Cluster, "stock-api", ("ASPNETCORE_ENVIRONMENT", "Production"));
        await using var products = new ProductClient(stockApi.Http.BaseAddress!);
        foreach (var authorization in new[] { null, "Bearer ", $"Bearer {Key}" })
        {
            var answer = await products.SendAsync("DELETE", $"/{Teapot}", authorization: authorization);
            Assert.Equal((HttpStatusCode.Forbidden, "forbidden"), (answer.Status, answer.Problem));
        }

        Assert.Equal(HttpStatusCode.OK, (await products.SendAsync("GET", $"/{Teapot}")).Status);
    }

    [Fact]
    public async Task A_short_key_is_refused_at_start()
    {
        var (code, errors) = await ServiceProcess.FailAsync(cluster.Cluster, "stock-api", ("Shop__OperatorKey", "short"));
        Assert.NotEqual(0, code);
        Assert.Contains("Shop:OperatorKey", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/products")]
    [InlineData("/products/")]
    [InlineData("//products")]
    [InlineData("/%70roducts")]
    [InlineData("/x/../products")]
    [InlineData("/stock/products")]
    [InlineData("/STOCK/PRODUCTS")]
    [InlineData("/stock/PRODUCTS")]
    [InlineData("/stock/%70roducts/")]
    [InlineData("/stock//products")]
    [InlineData("/PRODUCTS")]
    public async Task The_gateway_only_lets_this_machine_change_them(string path)
    {
        await using var elsewhere = new ProductClient(cluster.Cluster.App.GetEndpoint("gateway"), "127.0.0.2");
        var answer = await elsewhere.SendRawAsync("POST", path, """{"name":"Intruder","price":1}""");
        Assert.True(answer.Status is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed, $"{answer.Status} {answer.Body}");
        Assert.Empty(await NamesAsync("?search=intruder&state=all"));
        Assert.Equal(HttpStatusCode.OK, (await elsewhere.SendAsync("GET", "")).Status);
    }

    [Fact]
    public async Task A_product_of_the_previous_release_is_readable_and_can_be_edited()
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync((await cluster.Cluster.App.GetConnectionStringAsync("redis", Ct))!);
        var id = await _products.CreateAsync("Trivet", 4);
        await redis.GetDatabase().HashSetAsync("products", id, """{"Name":"Trivet","Description":"Old.","Picture":"mug","Place":3}""");
        Assert.Equal(("Trivet", "Old.", 4, 0, "active", 1, "/pictures/mug.svg"), Fields((await _products.SendAsync("GET", $"/{id}")).Json));
        Assert.Equal(HttpStatusCode.OK, (await _products.SendAsync("PATCH", $"/{id}", """{"price":5}""", match: "\"1\"")).Status);
        Assert.Equal(("Trivet", "Old.", 5, 0, "active", 2, "/pictures/mug.svg"), Fields((await _products.SendAsync("GET", $"/{id}")).Json));
    }

    /// <summary>Name, description, price, stock, state, revision and picture.</summary>
    internal static (string?, string?, long, long, string?, long, string?) Fields(JsonElement product) => (
        product.GetProperty("name").GetString(), product.GetProperty("description").GetString(), product.GetProperty("price").GetInt64(),
        product.GetProperty("stock").GetInt64(), product.GetProperty("state").GetString(), product.GetProperty("revision").GetInt64(),
        product.GetProperty("picture").GetString());

    private async Task<string[]> NamesAsync(string query) => [.. (await _products.SendAsync("GET", query)).Json.GetProperty("products").EnumerateArray()
        .Select(static product => product.GetProperty("name").GetString()!)];

    private async Task AssertBooksAsync(string id, long available, long sold, long total)
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync((await cluster.Cluster.App.GetConnectionStringAsync("redis", Ct))!);
        Assert.Equal([available, sold, total], (await redis.GetDatabase().HashGetAsync($"i:{id}", ["a", "s", "t"])).Select(static value => (long)value));
    }
}
