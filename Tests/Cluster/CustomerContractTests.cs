using System.Globalization;
using System.Net;
using System.Text.Json;
using Aspire.Hosting.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Tests.Cluster;

/// <summary>Customer.Api through the gateway, on the real database engine.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class CustomerContractTests(ClusterFixture cluster)
{
    private const int LimitMs = 60_000;
    private const string Url = "/customers";
    private readonly CustomerClient _customers = new(cluster.Shop);

    [Fact]
    public async Task A_customer_is_created_read_replaced_and_deleted()
    {
        var email = CustomerClient.NewEmail();
        var created = await _customers.CreateAsync(
            $$"""
            {"name":"Ana Lima","email":"{{email.ToUpperInvariant()}}","country":"pt","tags":["vip"],"purchases":[{"product":"Chair","quantity":2,"price":50}]}
            """);
        var id = created.GetProperty("customer_id").GetString()!;
        Assert.Equal((email, "PT", "active", 100, 1), (created.GetProperty("email").GetString(), created.GetProperty("country").GetString(),
            created.GetProperty("status").GetString(), created.GetProperty("total_spent").GetInt64(), created.GetProperty("purchase_count").GetInt32()));
        Assert.Equal(created.GetRawText(), (await cluster.Shop.GetAsync($"{Url}/{id}")).GetRawText());

        var replaced = await _customers.OkAsync("PUT", $"{Url}/{id}", $$"""{"name":"Ana Lima","email":"{{email}}","status":"suspended"}""");
        Assert.Equal(("suspended", 0), (replaced.GetProperty("status").GetString(), replaced.GetProperty("total_spent").GetInt64()));
        Assert.False(replaced.TryGetProperty("tags", out _));
        Assert.Equal(created.GetProperty("created_at").GetString(), replaced.GetProperty("created_at").GetString());
        Assert.Equal(replaced.GetRawText(), (await cluster.Shop.GetAsync($"{Url}/{id}")).GetRawText());

        Assert.Equal(HttpStatusCode.NoContent, (await cluster.Shop.SendAsync("DELETE", $"{Url}/{id}")).Status);
        await cluster.Shop.UnknownAsync("DELETE", $"{Url}/{id}");
        await cluster.Shop.UnknownAsync("GET", $"{Url}/{id}");
        await _customers.RefusedAsync("PUT", $"{Url}/{id}", $$"""{"name":"A","email":"{{email}}"}""", HttpStatusCode.NotFound, "not-found");
    }

    [Fact]
    public async Task A_response_can_be_sent_back()
    {
        var created = await _customers.CreateAsync(
            $$"""{"first_name":"Bo","email":"{{CustomerClient.NewEmail()}}","purchases":[{"product":"P","quantity":1,"price":7}]}""");
        var url = $"{Url}/{created.GetProperty("customer_id").GetString()}";
        var replaced = await _customers.OkAsync("PUT", url, created.GetRawText());
        Assert.Equal(created.GetProperty("purchases").GetRawText(), replaced.GetProperty("purchases").GetRawText());
    }

    [Theory, MemberData(nameof(BadInput.IdData), MemberType = typeof(BadInput))]
    public async Task An_unknown_customer_is_not_found(string id)
    {
        await cluster.Shop.UnknownAsync("GET", $"{Url}/{id}");
        await cluster.Shop.UnknownAsync("DELETE", $"{Url}/{id}");
    }

    [Fact]
    public async Task A_customer_can_choose_its_id_and_ids_addresses_and_users_are_unique()
    {
        var (id, email, user) = ($"own-{Guid.NewGuid():N}", CustomerClient.NewEmail(), $"u-{Guid.NewGuid():N}");
        await _customers.CreateAsync($$"""{"customer_id":"{{id}}","name":"A","email":"{{email}}","user_id":"{{user}}"}""");
        await _customers.DuplicateAsync("POST", Url, $$"""{"customer_id":"{{id}}","name":"A","email":"{{CustomerClient.NewEmail()}}"}""", "customer_id");
        await _customers.DuplicateAsync("POST", Url, $$"""{"name":"A","email":"{{email}}"}""", "email");
        await _customers.DuplicateAsync("POST", Url, $$"""{"name":"A","email":"{{CustomerClient.NewEmail()}}","user_id":"{{user}}"}""", "user_id");
        var other = await _customers.CreateAsync($$"""{"name":"B","email":"{{CustomerClient.NewEmail()}}"}""");
        await _customers.DuplicateAsync(
            "PUT", $"{Url}/{other.GetProperty("customer_id").GetString()}", $$"""{"name":"B","email":"{{email}}"}""", "email");
        Assert.Equal([id], CustomerClient.Ids(await cluster.Shop.GetAsync($"{Url}?user_id={user}")));
    }

    [Theory]
    [InlineData("""{"name":"A"}""", "email")]
    [InlineData("""{"name":"A","email":"nowhere"}""", "email")]
    [InlineData("""{"name":"A","email":"a@b.co","country":"Atlantis"}""", "country")]
    [InlineData("""{"name":"A","email":"a@b.co","purchases":[{"product":"P","quantity":-1,"price":1}]}""", "purchases[0].quantity")]
    [InlineData("""{"name":"A","email":"a@b.co","$where":"1"}""", "$where")]
    [InlineData("""{"name":{"$ne":1},"email":"a@b.co"}""", "name")]
    [InlineData("""[]""", "customer")]
    public async Task Invalid_fields_are_named_and_nothing_is_stored(string json, string field)
    {
        foreach (var (method, url) in ((string, string)[])[("POST", Url), ("PUT", $"{Url}/any")])
        {
            var answer = await cluster.Shop.SendAsync(method, url, json);
            Assert.Equal((HttpStatusCode.BadRequest, "invalid-request"), (answer.Status, answer.Problem));
            Assert.True(JsonElement.Parse(answer.Body).GetProperty("errors").TryGetProperty(field, out _), answer.Body);
        }
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("""{"name":"A","name":"B","email":"a@b.co"}""")]
    public async Task Invalid_JSON_is_rejected(string json) =>
        Assert.Equal((HttpStatusCode.BadRequest, "invalid-request"), await _customers.StatusAsync("POST", Url, json));

    [Fact]
    public async Task With_a_key_a_customer_is_created_once_and_the_response_is_the_same()
    {
        var (key, json) = (
            Guid.NewGuid().ToString(), $$"""{"name":"A","email":"{{CustomerClient.NewEmail()}}","purchases":[{"product":"P","quantity":1,"price":1}]}""");
        var first = await cluster.Shop.SendAsync("POST", Url, json, key: key);
        Assert.Equal(HttpStatusCode.Created, first.Status);
        var url = $"{Url}/{JsonElement.Parse(first.Body).GetProperty("customer_id").GetString()}";
        Assert.Equal(first, await cluster.Shop.SendAsync("POST", Url, json, key: key));
        var rewritten = json.Replace("\"name\":\"A\",", "", StringComparison.Ordinal)
            .Replace("}]}", "} ] , \"name\" : \"\\u0041\" }", StringComparison.Ordinal);
        Assert.Equal(first, await cluster.Shop.SendAsync("POST", Url, rewritten, key: key)); // the same request with different formatting
        await _customers.OkAsync("PUT", url, $$"""{"name":"Changed","email":"{{CustomerClient.NewEmail()}}"}""");
        Assert.Equal(first, await cluster.Shop.SendAsync("POST", Url, json, key: key));
        var other = await cluster.Shop.SendAsync("POST", Url, $$"""{"name":"B","email":"{{CustomerClient.NewEmail()}}"}""", key: key);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency-key-reused"), (other.Status, other.Problem));
    }

    [Fact]
    public async Task A_batch_returns_a_result_for_each_customer_in_order()
    {
        var (email, taken) = (CustomerClient.NewEmail(), CustomerClient.NewEmail());
        await _customers.CreateAsync($$"""{"name":"A","email":"{{taken}}"}""");
        var key = Guid.NewGuid().ToString();
        var json = $$"""
            [{"name":"A","email":"{{email}}"},{"name":"","email":"x"},{"name":"C","email":"{{email}}"},{"name":"D","email":"{{taken}}"},7,
             {"name":"E","email":"{{CustomerClient.NewEmail()}}"}]
            """;
        var answer = await cluster.Shop.SendAsync("POST", Url + "/batch", json, key: key);
        Assert.Equal(HttpStatusCode.MultiStatus, answer.Status);
        var results = JsonElement.Parse(answer.Body);
        Assert.Equal((2, 4), (results.GetProperty("created").GetInt32(), results.GetProperty("failed").GetInt32()));
        Assert.Equal([201, 400, 409, 409, 400, 201], results.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("status").GetInt32()));
        Assert.Equal([0, 1, 2, 3, 4, 5], results.GetProperty("results").EnumerateArray().Select(result => result.GetProperty("index").GetInt32()));
        Assert.Equal(
            ["email", "name"], results.GetProperty("results")[1].GetProperty("errors").EnumerateObject().Select(e => e.Name).Order(StringComparer.Ordinal));
        Assert.True(results.GetProperty("results")[2].GetProperty("errors").TryGetProperty("email", out _));
        await cluster.Shop.GetAsync($"{Url}/{results.GetProperty("results")[5].GetProperty("customer_id").GetString()}");
        Assert.Equal(answer, await cluster.Shop.SendAsync("POST", Url + "/batch", json, key: key)); // repeated with its key: the same response
    }

    [Fact(Timeout = LimitMs)]
    public async Task Concurrent_creates_with_the_same_addresses_store_each_once_and_name_the_field()
    {
        var one = $$"""{"name":"A","email":"{{CustomerClient.NewEmail()}}"}""";
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => cluster.Shop.SendAsync("POST", Url, one)));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.Created), answer =>
        {
            Assert.Equal((HttpStatusCode.Conflict, "duplicate-customer"), (answer.Status, answer.Problem));
            Assert.Equal(["email"], JsonElement.Parse(answer.Body).GetProperty("errors").EnumerateObject().Select(error => error.Name));
        });

        string[] emails = [.. Enumerable.Range(0, 50).Select(_ => CustomerClient.NewEmail())];
        var batches = await Task.WhenAll(Enumerable.Range(0, 6).Select(seed =>
        {
            var shuffled = emails.ToArray();
            new Random(seed).Shuffle(shuffled);
            return cluster.Shop.SendAsync("POST", Url + "/batch", $"[{string.Join(',', shuffled.Select(email => $$"""{"name":"A","email":"{{email}}"}"""))}]");
        }));
        Assert.All(batches, batch => Assert.Contains(batch.Status, (HttpStatusCode[])[HttpStatusCode.Created, HttpStatusCode.MultiStatus]));
        var results = batches.SelectMany(batch => JsonElement.Parse(batch.Body).GetProperty("results").EnumerateArray()).ToList();
        Assert.Equal(emails.Length, results.Count(result => result.GetProperty("status").GetInt32() == 201));
        Assert.All(results.Where(result => result.GetProperty("status").GetInt32() != 201), result =>
            Assert.Equal((409, true), (result.GetProperty("status").GetInt32(), result.GetProperty("errors").TryGetProperty("email", out _))));
    }

    /// <summary>Each batch inserts in the order of the addresses, so only the users can be inserted in conflicting order.</summary>
    [Fact(Timeout = LimitMs)]
    public async Task Concurrent_batches_with_the_same_users_and_ids_return_a_result_per_item()
    {
        const int Batches = 8, Count = 40;
        string[] users = [.. Enumerable.Range(0, Count).Select(_ => $"u-{Guid.NewGuid():N}")], ids = [.. users.Select(user => $"c{user}")];
        var answers = await Task.WhenAll(Enumerable.Range(0, Batches).Select(seed =>
        {
            var (random, order) = (new Random(seed), Enumerable.Range(0, Count).ToArray());
            random.Shuffle(order);
            return cluster.Shop.SendAsync("POST", Url + "/batch", $"[{string.Join(',', order.Select(i => seed % 2 == 0
                ? $$"""{"name":"A","email":"{{CustomerClient.NewEmail()}}","user_id":"{{users[i]}}"}"""
                : $$"""{"name":"A","email":"{{CustomerClient.NewEmail()}}","user_id":"{{users[i]}}","customer_id":"{{ids[Count - 1 - i]}}"}"""))}]");
        }));
        Assert.All(answers, answer => Assert.Contains(answer.Status, (HttpStatusCode[])[HttpStatusCode.Created, HttpStatusCode.MultiStatus]));
        var results = answers.SelectMany(answer => JsonElement.Parse(answer.Body).GetProperty("results").EnumerateArray()).ToList();
        Assert.Equal(Batches * Count, results.Count);
        Assert.All(results, result => Assert.Contains(result.GetProperty("status").GetInt32(), (int[])[201, 409]));
        foreach (var user in users) Assert.Equal(1, (await cluster.Shop.GetAsync($"{Url}?user_id={user}")).GetProperty("count").GetInt32());
        Assert.Equal(Count, results.Count(result => result.GetProperty("status").GetInt32() == 201));
    }

    [Fact]
    public async Task A_batch_of_a_thousand_is_stored_and_a_larger_one_is_rejected()
    {
        var answer = await cluster.Shop.SendAsync("POST", Url + "/batch", $$"""{"customers":[{{CustomerClient.Many(1_000)}}]}""");
        Assert.Equal(HttpStatusCode.Created, answer.Status);
        Assert.Equal(1_000, JsonElement.Parse(answer.Body).GetProperty("created").GetInt32());
        foreach (var json in (string[])[$"[{CustomerClient.Many(1_001)}]", "[]", "{}", "\"x\""])
            Assert.Equal((HttpStatusCode.BadRequest, "invalid-request"), await _customers.StatusAsync("POST", Url + "/batch", json));
    }

    [Fact]
    public async Task Concurrent_reads_see_all_writes_acknowledged_before()
    {
        await Task.WhenAll(Enumerable.Range(0, 32).Select(async _ =>
        {
            var email = CustomerClient.NewEmail();
            var url = $"{Url}/{(await _customers.CreateAsync($$"""{"name":"A","email":"{{email}}"}""")).GetProperty("customer_id").GetString()}";
            for (var i = 0; i < 5; i++)
            {
                var replaced = await _customers.OkAsync("PUT", url, $$"""{"name":"A {{i}}","email":"{{email}}"}""");
                var same = await Task.WhenAll(cluster.Shop.GetAsync(url), cluster.Shop.GetAsync(url));
                Assert.All(same, read => Assert.Equal(replaced.GetRawText(), read.GetRawText()));
            }

            Assert.Equal(HttpStatusCode.NoContent, (await cluster.Shop.SendAsync("DELETE", url)).Status);
            await cluster.Shop.UnknownAsync("GET", url);
        }));
    }

    [Fact]
    public async Task Customers_too_large_for_one_reply_are_read_together()
    {
        const int Count = 12, NoteLength = 3_000_000; // a reply is limited to 16 MB
        using var client = new MongoClient(await cluster.Cluster.App.GetConnectionStringAsync("customers", TestContext.Current.CancellationToken));
        var customers = client.GetDatabase("customers").GetCollection<BsonDocument>("customers");
        string[] ids = [.. Enumerable.Range(0, Count).Select(_ => $"large-{Guid.NewGuid():N}")];
        var mine = new BsonDocument("_id", new BsonDocument("$in", new BsonArray(ids)));
        try
        {
            foreach (var id in ids)
            {
                var large = new BsonDocument { { "_id", id }, { "email", CustomerClient.NewEmail() }, { "note", new string('x', NoteLength) } };
                await customers.InsertOneAsync(large, cancellationToken: TestContext.Current.CancellationToken);
            }

            var found = await Task.WhenAll(ids.Concat(ids).Select(id => cluster.Shop.GetAsync($"{Url}/{id}")));
            Assert.Equal(ids.Concat(ids), found.Select(customer => customer.GetProperty("customer_id").GetString()));
            Assert.All(found, customer => Assert.Equal(NoteLength, customer.GetProperty("note").GetString()!.Length));
        }
        finally
        {
            await customers.DeleteManyAsync(mine, CancellationToken.None);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("&order=desc")]
    [InlineData("&status=inactive")]
    [InlineData("&country=MT")]
    [InlineData("&country=MT&status=inactive&order=desc")]
    [InlineData("&search=zebediah")]
    [InlineData("&search=zebe+qu&country=MT")]
    public async Task Pages_by_cursor_and_by_skip_are_the_same_and_every_customer_is_on_one(string filter)
    {
        await _customers.EnsureListAsync();
        List<string> byCursor = [], bySkip = [];
        for (string? cursor = "", next = null; cursor is not null; cursor = next)
        {
            var page = await cluster.Shop.GetAsync($"{Url}?limit=7{filter}&cursor={cursor}");
            byCursor.AddRange(CustomerClient.Ids(page));
            next = page.GetProperty("next_cursor").GetString();
            Assert.Equal(next is null, page.GetProperty("count").GetInt32() < 7 || byCursor.Count % 7 == 0 && next is null);
            if (byCursor.Count >= 70) break;
        }

        for (var skip = 0; bySkip.Count < byCursor.Count; skip += 10)
        {
            var ids = CustomerClient.Ids(await cluster.Shop.GetAsync($"{Url}?limit=10{filter}&skip={skip}"));
            bySkip.AddRange(ids);
            if (ids.Count < 10) break;
        }

        Assert.True(byCursor.Count >= 10);
        Assert.Equal(byCursor, bySkip.Take(byCursor.Count));
        Assert.Equal(byCursor.Count, byCursor.Distinct().Count());
        var sorted = byCursor.Order(StringComparer.Ordinal);
        Assert.Equal(filter.Contains("desc", StringComparison.Ordinal) ? sorted.Reverse() : sorted, byCursor);
    }

    [Theory]
    [InlineData("zebediah", 30)]
    [InlineData("ZEBE", 30)]
    [InlineData("quux zebediah", 30)]
    [InlineData("zebediah.quux3@lists.example", 1)]
    [InlineData("ebediah", 0)]
    [InlineData("zebediah nobody", 0)]
    public async Task A_search_finds_beginnings_of_words(string search, int count)
    {
        await _customers.EnsureListAsync();
        var page = await cluster.Shop.GetAsync($"{Url}?limit=100&search={Uri.EscapeDataString(search)}");
        Assert.Equal(count, page.GetProperty("count").GetInt32());
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=1001", "limit")]
    [InlineData("skip=-1", "skip")]
    [InlineData("skip=10001", "skip")]
    [InlineData("status=gone", "status")]
    [InlineData("country=Mars", "country")]
    [InlineData("search=.*", "search")]
    [InlineData("cursor=abc", "cursor")]
    [InlineData("order=up", "order")]
    public async Task An_invalid_list_request_is_rejected(string query, string field)
    {
        var answer = await cluster.Shop.SendAsync("GET", $"{Url}?{query}");
        Assert.Equal((HttpStatusCode.BadRequest, "invalid-request"), (answer.Status, answer.Problem));
        Assert.True(JsonElement.Parse(answer.Body).GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task Figures_are_immediate_report_their_age_and_follow_the_data()
    {
        var product = $"P-{Guid.NewGuid():N}";
        var top = await _customers.CreateAsync(
            $$"""
            {"name":"Rich","email":"{{CustomerClient.NewEmail()}}","country":"VA",
             "purchases":[{"product":"{{product}}","quantity":100000,"price":1000000000}]}
            """);
        var purchases = await Eventually.UntilAsync(
            () => cluster.Shop.SendAsync("GET", Url + "/analytics/purchases"),
            answer => answer.Body.Contains(product, StringComparison.Ordinal), TimeSpan.FromSeconds(30));
        var figures = JsonElement.Parse(purchases.Body);
        Assert.Equal(product, figures.GetProperty("by_product")[0].GetProperty("product").GetString());
        Assert.Equal(100_000_000_000_000, figures.GetProperty("max").GetInt64());
        Assert.Equal(top.GetProperty("customer_id").GetString(), figures.GetProperty("top_customers")[0].GetProperty("customer_id").GetString());
        Assert.True(figures.GetProperty("age_seconds").GetDouble() < 60);

        var summary = await cluster.Shop.GetAsync(Url + "/analytics/summary");
        var total = summary.GetProperty("total_customers").GetInt64();
        Assert.Equal(total, summary.GetProperty("by_status").EnumerateObject().Sum(status => status.Value.GetInt64()));
        Assert.Equal(total, summary.GetProperty("growth_by_month").EnumerateArray().Last().GetProperty("total_customers").GetInt64());
        Assert.True(summary.GetProperty("by_country").GetProperty("VA").GetInt64() >= 1);
        Assert.InRange(DateTimeOffset.UtcNow - DateTimeOffset.Parse(summary.GetProperty("computed_at").GetString()!, CultureInfo.InvariantCulture),
            TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(60));
        Assert.Equal(HttpStatusCode.NoContent, (await cluster.Shop.SendAsync("DELETE", $"{Url}/{top.GetProperty("customer_id").GetString()}")).Status);
    }
}
