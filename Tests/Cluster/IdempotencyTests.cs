using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting.Testing;
using StackExchange.Redis;

namespace Tests.Cluster;

/// <summary>A request with an Idempotency-Key is executed once and always gets the same response.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class IdempotencyTests(ClusterFixture cluster)
{
    private const int LimitMs = 120_000;
    private const int AtOnce = 20;
    private readonly ShopClient _shop = cluster.Shop;

    [Fact]
    public async Task A_key_that_was_forgotten_does_not_reset_its_item()
    {
        var key = NewKey();
        var item = JsonSerializer.Deserialize<JsonElement>((await SendAsync("POST", "/stock/item/create/5", key)).Body).GetProperty("item_id").GetString()!;
        await _shop.PostAsync($"/stock/add/{item}/7");
        var address = await cluster.Cluster.App.GetConnectionStringAsync("redis", TestContext.Current.CancellationToken);
        using (var redis = await ConnectionMultiplexer.ConnectAsync(address!))
            Assert.True(await redis.GetDatabase().KeyDeleteAsync($"k:{Guid.Parse(item):N}")); // as after a day
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SendAsync("POST", "/stock/item/create/5", key)).Status);
        Assert.Equal(new Books(7, 0, 0), await _shop.StockAsync(item));
    }

    [Theory]
    [InlineData("/payment/create_user", "user_id")]
    [InlineData("/stock/item/create/5", "item_id")]
    [InlineData("/orders/create/somebody", "order_id")]
    public async Task With_a_key_a_thing_is_created_once(string path, string id)
    {
        var key = NewKey();
        var answers = await AtOnceAsync("POST", path, key);
        var created = answers.Select(a => JsonSerializer.Deserialize<JsonElement>(a.Body).GetProperty(id).GetString()).Distinct().Single();
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.Status));
        Assert.Equal(answers[0], await SendAsync("POST", path, key));
        Assert.NotEqual(created, JsonSerializer.Deserialize<JsonElement>((await SendAsync("POST", path, NewKey())).Body).GetProperty(id).GetString());
    }

    [Fact]
    public async Task Repeating_a_create_keeps_the_current_state()
    {
        var (userKey, itemKey, orderKey) = (NewKey(), NewKey(), NewKey());
        var user = await CreateAsync("/payment/create_user", "user_id", userKey);
        var item = await CreateAsync("/stock/item/create/5", "item_id", itemKey);
        var order = await CreateAsync($"/orders/create/{user}", "order_id", orderKey);
        await _shop.PostAsync($"/payment/add_funds/{user}/100");
        await _shop.PostAsync($"/stock/add/{item}/10");
        await _shop.PostAsync($"/orders/addItem/{order}/{item}/2");
        Assert.Equal((user, item, order), (await CreateAsync("/payment/create_user", "user_id", userKey),
            await CreateAsync("/stock/item/create/5", "item_id", itemKey), await CreateAsync($"/orders/create/{user}", "order_id", orderKey)));
        Assert.Equal((100, new Books(10, 0, 0), 10), (await _shop.CreditAsync(user), await _shop.StockAsync(item), await TotalAsync(order)));
    }

    [Fact]
    public async Task With_a_key_money_moves_once()
    {
        var user = await _shop.NewUserAsync(1000);
        var (fund, pay) = (NewKey(), NewKey());
        Same(await AtOnceAsync("POST", $"/payment/add_funds/{user}/10", fund), HttpStatusCode.OK);
        Same(await AtOnceAsync("POST", $"/payment/pay/{user}/3", pay), HttpStatusCode.OK);
        Assert.Equal(1007, await _shop.CreditAsync(user));
        await AssertReusedAsync("POST", $"/payment/add_funds/{user}/11", fund);
        await AssertReusedAsync("POST", $"/payment/pay/{user}/10", fund);
        await AssertReusedAsync("POST", $"/payment/add_funds/{await _shop.NewUserAsync()}/10", fund);
        await AssertReusedAsync("POST", "/payment/create_user", fund);
        Assert.Equal(1007, await _shop.CreditAsync(user));
    }

    [Fact]
    public async Task With_a_key_stock_moves_once()
    {
        var item = await _shop.NewItemAsync(5, 100);
        var (add, subtract) = (NewKey(), NewKey());
        Same(await AtOnceAsync("POST", $"/stock/add/{item}/10", add), HttpStatusCode.OK);
        Same(await AtOnceAsync("POST", $"/stock/subtract/{item}/3", subtract), HttpStatusCode.OK);
        Assert.Equal(new Books(107, 0, 0), await _shop.StockAsync(item));
        await AssertReusedAsync("POST", $"/stock/add/{item}/11", add);
        await AssertReusedAsync("POST", $"/stock/subtract/{item}/10", add);
        await AssertReusedAsync("POST", $"/stock/add/{await _shop.NewItemAsync(5)}/10", add);
        await AssertReusedAsync("POST", "/stock/item/create/5", add);
        Assert.Equal(new Books(107, 0, 0), await _shop.StockAsync(item));
    }

    [Fact]
    public async Task With_a_key_lines_change_once()
    {
        var (user, item) = (await _shop.NewUserAsync(), await _shop.NewItemAsync(5));
        var order = await _shop.NewOrderAsync(user);
        var (add, remove, delete) = (NewKey(), NewKey(), NewKey());
        Same(await AtOnceAsync("POST", $"/orders/addItem/{order}/{item}/2", add), HttpStatusCode.OK);
        Assert.Equal(10, await TotalAsync(order));
        Same(await AtOnceAsync("POST", $"/orders/removeItem/{order}/{item}", remove), HttpStatusCode.OK);
        Assert.Equal(0, await TotalAsync(order));
        Same(await AtOnceAsync("POST", $"/orders/addItem/{order}/{item}/2", add), HttpStatusCode.OK); // already executed, so not executed again
        Assert.Equal(0, await TotalAsync(order));
        await _shop.PostAsync($"/orders/addItem/{order}/{item}/1");
        Same(await AtOnceAsync("DELETE", $"/orders/removeItem/{order}/{item}", delete), HttpStatusCode.OK);
        Assert.Equal(0, await TotalAsync(order));
        await AssertReusedAsync("POST", $"/orders/addItem/{order}/{item}/3", add);
        await AssertReusedAsync("POST", $"/orders/removeItem/{order}/{item}", add);
        await AssertReusedAsync("POST", $"/orders/create/{user}", add);
        await AssertReusedAsync("POST", $"/orders/checkout/{order}", add);
        Assert.Equal(0, await TotalAsync(order));
    }

    [Fact]
    public async Task A_rejection_is_stored_as_a_response_too()
    {
        var (user, item) = (await _shop.NewUserAsync(), await _shop.NewItemAsync(5));
        var order = await _shop.NewOrderAsync(user);
        (string Method, string Path, HttpStatusCode Status, string Problem)[] refused =
        [
            ("POST", $"/payment/pay/{user}/1", HttpStatusCode.BadRequest, "insufficient-credit"),
            ("POST", $"/payment/pay/{Guid.CreateVersion7()}/1", HttpStatusCode.NotFound, "not-found"),
            ("POST", $"/payment/add_funds/{Guid.CreateVersion7()}/1", HttpStatusCode.NotFound, "not-found"),
            ("POST", $"/stock/subtract/{item}/1", HttpStatusCode.BadRequest, "out-of-stock"),
            ("POST", $"/stock/add/{Guid.CreateVersion7()}/1", HttpStatusCode.NotFound, "not-found"),
            ("POST", $"/orders/addItem/{Guid.CreateVersion7()}/{item}/1", HttpStatusCode.NotFound, "not-found"),
            ("POST", $"/orders/removeItem/{order}/{item}", HttpStatusCode.NotFound, "not-found"),
            ("DELETE", $"/orders/removeItem/{order}/{item}", HttpStatusCode.NotFound, "not-found"),
        ];
        var keys = Array.ConvertAll(refused, _ => NewKey());
        var first = await Task.WhenAll(refused.Zip(keys, (one, key) => SendAsync(one.Method, one.Path, key)));
        Assert.Equal(refused.Select(one => (one.Status, (string?)one.Problem)), first.Select(a => (a.Status, a.Problem)));

        await _shop.PostAsync($"/payment/add_funds/{user}/5");
        await _shop.PostAsync($"/stock/add/{item}/5");
        await _shop.PostAsync($"/orders/addItem/{order}/{item}/1");
        var again = await Task.WhenAll(refused.Zip(keys, (one, key) => SendAsync(one.Method, one.Path, key)));
        Assert.Equal(first.Select(WithoutIds), again.Select(WithoutIds));
        Assert.Equal((5, new Books(5, 0, 0), 5), (await _shop.CreditAsync(user), await _shop.StockAsync(item), await TotalAsync(order)));
    }

    [Fact]
    public async Task A_refused_checkout_stays_refused_under_its_key_and_can_be_tried_under_another()
    {
        var (user, item) = (await _shop.NewUserAsync(9), await _shop.NewItemAsync(5, 1));
        var order = await _shop.NewOrderAsync(user, (item, 2));
        var (first, second, third) = (NewKey(), NewKey(), NewKey());
        await AssertRefusedAsync(order, first, "out-of-stock");
        await _shop.PostAsync($"/stock/add/{item}/1");
        await AssertRefusedAsync(order, first, "out-of-stock");
        await AssertRefusedAsync(order, second, "insufficient-credit");
        await _shop.PostAsync($"/payment/add_funds/{user}/1");
        await AssertRefusedAsync(order, first, "out-of-stock");
        await AssertRefusedAsync(order, second, "insufficient-credit");
        Same(await AtOnceAsync("POST", $"/orders/checkout/{order}", third, HttpStatusCode.Conflict), HttpStatusCode.OK);
        await AssertRefusedAsync(order, first, "out-of-stock"); // paid meanwhile, but the response is unchanged
        Assert.Equal((0, true), (await _shop.CreditAsync(user), await _shop.IsPaidAsync(order)));
        await Eventually.EqualAsync(new Books(0, 0, 2), () => _shop.StockAsync(item));
    }

    [Fact]
    public async Task A_checkout_of_an_unknown_or_an_empty_order_stays_refused_under_its_key()
    {
        var (user, item) = (await _shop.NewUserAsync(9), await _shop.NewItemAsync(5, 9));
        var (order, key) = (await _shop.NewOrderAsync(user), NewKey());
        await AssertRefusedAsync(order, key, "empty-order");
        await _shop.PostAsync($"/orders/addItem/{order}/{item}/1");
        await AssertRefusedAsync(order, key, "empty-order");
        Assert.False(await _shop.IsPaidAsync(order));
        var (nowhere, other) = (Guid.CreateVersion7().ToString(), NewKey());
        for (var time = 0; time < 2; time++)
            Assert.Equal((HttpStatusCode.NotFound, "not-found"), await StatusAsync("POST", $"/orders/checkout/{nowhere}", other));
    }

    [Fact(Timeout = LimitMs)]
    public async Task Concurrent_checkouts_with_one_key_pay_once_and_agree_or_report_a_request_in_progress()
    {
        var (user, item) = (await _shop.NewUserAsync(1000), await _shop.NewItemAsync(1, 1000));
        for (var round = 0; round < 10; round++)
        {
            var (order, key) = (await _shop.NewOrderAsync(user, (item, 2)), NewKey());
            var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => SendAsync("POST", $"/orders/checkout/{order}", key)));
            Assert.All(answers, a => Assert.True(
                a.Status == HttpStatusCode.OK || (a.Status, a.Problem) == (HttpStatusCode.Conflict, "idempotency-key-running"), $"{a.Status} {a.Body}"));
            Assert.Contains(answers, a => a.Status == HttpStatusCode.OK);
            Assert.Equal(HttpStatusCode.OK, (await SendAsync("POST", $"/orders/checkout/{order}", key)).Status);
            await AssertReusedAsync("POST", $"/orders/checkout/{await _shop.NewOrderAsync(user)}", key);
        }

        Assert.Equal(980, await _shop.CreditAsync(user));
        await Eventually.EqualAsync(new Books(980, 0, 20), () => _shop.StockAsync(item));
    }

    [Fact]
    public async Task Of_two_concurrent_requests_with_the_same_key_one_is_executed()
    {
        for (var round = 0; round < 10; round++)
        {
            var (user, key) = (await _shop.NewUserAsync(), NewKey());
            var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(i => SendAsync("POST", $"/payment/add_funds/{user}/{1 + (i % 2)}", key)));
            var credit = await _shop.CreditAsync(user);
            Assert.InRange(credit, 1, 2);
            for (var i = 0; i < AtOnce; i++)
                Assert.Equal(credit == 1 + (i % 2) ? HttpStatusCode.OK : HttpStatusCode.UnprocessableEntity, answers[i].Status);
        }
    }

    [Fact]
    public async Task Keys_of_one_service_do_not_affect_the_others()
    {
        var key = NewKey();
        var user = await CreateAsync("/payment/create_user", "user_id", key);
        var item = await CreateAsync("/stock/item/create/5", "item_id", key);
        var order = await CreateAsync($"/orders/create/{user}", "order_id", key);
        Assert.Equal((0, new Books(0, 0, 0), 0), (await _shop.CreditAsync(user), await _shop.StockAsync(item), await TotalAsync(order)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("\"\"")]
    [InlineData("k1, k1")]
    [InlineData("k\u007F")]
    public async Task Malformed_keys_are_refused_and_change_nothing(string key)
    {
        var (user, item) = (await _shop.NewUserAsync(10), await _shop.NewItemAsync(5, 10));
        var order = await _shop.NewOrderAsync(user, (item, 1));
        foreach (var path in Changes(user, item, order))
            Assert.Equal((path, (HttpStatusCode.BadRequest, "invalid-request")), (path, await StatusAsync("POST", path, key)));
        Assert.Equal((10, new Books(10, 0, 0), 5), (await _shop.CreditAsync(user), await _shop.StockAsync(item), await TotalAsync(order)));
        Assert.False(await _shop.IsPaidAsync(order));
    }

    [Fact]
    public async Task A_key_may_have_255_characters()
    {
        Assert.Equal((HttpStatusCode.BadRequest, "invalid-request"), await StatusAsync("POST", "/payment/create_user", new string('k', 256)));
        var key = NewKey().PadRight(255, 'k');
        Assert.Equal(await SendAsync("POST", "/payment/create_user", key), await SendAsync("POST", "/payment/create_user", $"\"{key}\""));
    }

    [Fact]
    public async Task batch_init_takes_no_notice_of_a_key()
    {
        var key = NewKey();
        foreach (var path in new[] { "/stock/batch_init/1/10/5", "/payment/batch_init/1/10", "/orders/batch_init/1/1/1/5" })
            for (var time = 0; time < 2; time++) Assert.Equal(HttpStatusCode.OK, (await SendAsync("POST", path, key)).Status);
        await _shop.PostAsync("/payment/pay/0/4");
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("POST", "/payment/batch_init/1/10", key)).Status); // executed again, like every batch_init
        Assert.Equal(10, await _shop.CreditAsync("0"));
    }

    [Theory]
    [InlineData("order-api", "/checkout/{order}", "post")]
    [InlineData("order-api", "/removeItem/{order}/{item}", "delete")]
    [InlineData("payment-api", "/pay/{user}/{n}", "post")]
    [InlineData("stock-api", "/item/create/{price}", "post")]
    public async Task The_API_document_describes_the_header(string service, string path, string method)
    {
        using var http = new HttpClient { BaseAddress = cluster.Cluster.App.GetEndpoint(service) };
        using var document = JsonDocument.Parse(await http.GetStringAsync("/openapi/v1.json", TestContext.Current.CancellationToken));
        var operation = document.RootElement.GetProperty("paths").GetProperty(path).GetProperty(method);
        var header = operation.GetProperty("parameters").EnumerateArray().Single(p => p.GetProperty("in").GetString() == "header");
        Assert.Equal(("Idempotency-Key", 255), (header.GetProperty("name").GetString(), header.GetProperty("schema").GetProperty("maxLength").GetInt32()));
        Assert.True(operation.GetProperty("responses").TryGetProperty("422", out _));
    }

    // A problem document contains the trace id of this request; everything else is from the first response.
    private static ShopClient.Answer WithoutIds(ShopClient.Answer answer)
    {
        var problem = JsonNode.Parse(answer.Body)!.AsObject();
        problem.Remove("traceId");
        problem.Remove("request_id");
        return answer with { Body = problem.ToJsonString() };
    }

    private static string NewKey() => Guid.NewGuid().ToString();

    private static string[] Changes(string user, string item, string order) =>
    [
        "/payment/create_user", $"/payment/add_funds/{user}/1", $"/payment/pay/{user}/1", "/stock/item/create/5", $"/stock/add/{item}/1",
        $"/stock/subtract/{item}/1", $"/orders/create/{user}", $"/orders/addItem/{order}/{item}/1", $"/orders/removeItem/{order}/{item}",
        $"/orders/checkout/{order}",
    ];

    private Task<ShopClient.Answer> SendAsync(string method, string path, string key) => _shop.SendAsync(method, path, key: key);

    // Responses that report a request still in progress are retried.
    private Task<ShopClient.Answer[]> AtOnceAsync(string method, string path, string key, HttpStatusCode running = 0) =>
        Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => running == 0 ? SendAsync(method, path, key)
            : Eventually.UntilAsync(() => SendAsync(method, path, key), a => a.Status != running)));

    private static void Same(ShopClient.Answer[] answers, HttpStatusCode status)
    {
        Assert.Equal(status, answers[0].Status);
        Assert.All(answers, a => Assert.Equal(answers[0], a));
    }

    private async Task<(HttpStatusCode, string?)> StatusAsync(string method, string path, string key)
    {
        var answer = await SendAsync(method, path, key);
        return (answer.Status, answer.Problem);
    }

    private async Task AssertReusedAsync(string method, string path, string key) =>
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency-key-reused"), await StatusAsync(method, path, key));

    private async Task AssertRefusedAsync(string order, string key, string problem) =>
        Assert.Equal((HttpStatusCode.BadRequest, problem), await StatusAsync("POST", $"/orders/checkout/{order}", key));

    private async Task<string> CreateAsync(string path, string id, string key)
    {
        var answer = await SendAsync("POST", path, key);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return JsonSerializer.Deserialize<JsonElement>(answer.Body).GetProperty(id).GetString()!;
    }

    private async Task<long> TotalAsync(string order) => (await _shop.GetAsync($"/orders/find/{order}")).GetProperty("total_cost").GetInt64();
}
