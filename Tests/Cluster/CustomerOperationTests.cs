using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Tests.Cluster;

/// <summary>Operation of Customer.Api: configuration, metrics, stress endpoints, an exhausted connection pool, and a database outage.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class CustomerOperationTests(ClusterFixture cluster)
{
    private const string Service = "customer-api";

    private const int LimitMs = 180_000;

    [Theory]
    [InlineData("/stress/large-payload?size_kb=0", "size_kb")]
    [InlineData("/stress/large-payload?size_kb=many", "size_kb")]
    [InlineData("/stress/batch-customers?count=1001", "count")]
    [InlineData("/stress/batch-customers?size_kb=65", "size_kb")]
    [InlineData("/stress/batch-customers?count=1000&size_kb=64", "size_kb")]
    [InlineData("/stress/heavy-computation?depth=101", "depth")]
    [InlineData("/stress/heavy-computation?complexity=extreme", "complexity")]
    [InlineData("/stress/connection-storm?operations=20001", "operations")]
    [InlineData("/stress/connection-storm?concurrency=0", "concurrency")]
    [InlineData("/stress/connection-storm?concurrency=1001", "concurrency")]
    [InlineData("/stress/connection-storm?reconnect=often", "reconnect")]
    public async Task Stress_has_limits(string url, string field)
    {
        var answer = await cluster.Shop.SendAsync("GET", url);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid-request"), (answer.Status, answer.Problem));
        Assert.Equal([field], JsonElement.Parse(answer.Body).GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Fact]
    public async Task Payloads_are_sent_and_echoed_up_to_their_limit()
    {
        var sent = await cluster.Shop.GetAsync("/stress/large-payload?size_kb=512");
        Assert.Equal(512 * 1024, sent.GetProperty("payload").GetString()!.Length);
        await cluster.Shop.RefusedAsync("GET", "/stress/large-payload?size_kb=1025", HttpStatusCode.RequestEntityTooLarge, "body-too-large");

        var json = JsonSerializer.Serialize(new { text = new string('x', 100_000), number = 7 });
        var echo = JsonElement.Parse((await cluster.Shop.SendAsync("POST", "/stress/large-payload", json)).Body);
        Assert.Equal((json.Length, json), (echo.GetProperty("received_bytes").GetInt32(), echo.GetProperty("payload").GetRawText()));
        Assert.Equal(HttpStatusCode.BadRequest, (await cluster.Shop.SendAsync("POST", "/stress/large-payload", "{")).Status);

        await using var small = await StartAsync(("MAX_PAYLOAD_SIZE_KB", "2"));
        foreach (var (bytes, status) in ((int, HttpStatusCode)[])[(2048, HttpStatusCode.OK), (2049, HttpStatusCode.RequestEntityTooLarge)])
        {
            using var body = new ByteArrayContent(new byte[bytes]);
            using var answer = await small.Http.PostAsync(new Uri("/stress/large-payload", UriKind.Relative), body, TestContext.Current.CancellationToken);
            Assert.Equal(status, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_batch_is_inserted_beside_the_customers_and_expires()
    {
        var total = (await cluster.Shop.GetAsync("/customers?search=stress&limit=1000")).GetProperty("count").GetInt32();
        var batch = await cluster.Shop.GetAsync("/stress/batch-customers?count=100&size_kb=60"); // sent in several chunks
        Assert.Equal((100, 100 * 60 * 1024, false), (batch.GetProperty("inserted").GetInt32(), batch.GetProperty("bytes").GetInt32(),
            batch.GetProperty("cut_short").GetBoolean()));
        Assert.True(batch.GetProperty("seconds").GetDouble() > 0 && batch.GetProperty("rate").GetDouble() > 0);
        Assert.Equal(10, (await cluster.Shop.GetAsync("/stress/batch-customers")).GetProperty("inserted").GetInt32());
        Assert.Equal(total, (await cluster.Shop.GetAsync("/customers?search=stress&limit=1000")).GetProperty("count").GetInt32());

        using var client = new MongoClient(await cluster.Cluster.App.GetConnectionStringAsync("customers", TestContext.Current.CancellationToken));
        var documents = client.GetDatabase("customers").GetCollection<BsonDocument>(batch.GetProperty("collection").GetString());
        Assert.True(await documents.CountDocumentsAsync(new BsonDocument("data", new BsonDocument("$exists", true)),
            cancellationToken: TestContext.Current.CancellationToken) >= 110);
        var indexes = await (await documents.Indexes.ListAsync(TestContext.Current.CancellationToken)).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(300, indexes.Single(index => index["name"] == "stress_expiry")["expireAfterSeconds"].ToInt32());
    }

    [Fact]
    public async Task A_computation_aggregates_in_levels_and_hashes()
    {
        await new CustomerClient(cluster.Shop).EnsureListAsync();
        const string Url = "/stress/heavy-computation?depth=4&complexity=medium";
        var (first, second) = (await cluster.Shop.GetAsync(Url), await cluster.Shop.GetAsync(Url));
        Assert.Equal((20_000, first.GetProperty("digest").GetString()), (first.GetProperty("hashes").GetInt64(), second.GetProperty("digest").GetString()));
        var levels = first.GetProperty("levels").EnumerateArray().ToList();
        Assert.Equal(["group", "sort", "join", "group"], levels.Select(level => level.GetProperty("kind").GetString()));
        Assert.All(levels, level => Assert.InRange(level.GetProperty("documents").GetInt32(), 30, 10_000));
        Assert.All(levels, level => Assert.True(level.GetProperty("aggregation_ms").GetDouble() > 0));
        Assert.False(first.GetProperty("cut_short").GetBoolean());
        Assert.Equal(3, (await cluster.Shop.GetAsync("/stress/heavy-computation")).GetProperty("levels").GetArrayLength());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_storm_runs_operations_of_all_kinds_and_reports_the_outcome_of_each(bool reconnects)
    {
        await new CustomerClient(cluster.Shop).EnsureListAsync();
        var storm = await cluster.Shop.GetAsync($"/stress/connection-storm?operations=120&concurrency=20&reconnect={reconnects}");
        Assert.Equal((120, 0, false), (storm.GetProperty("succeeded").GetInt32(),
            storm.GetProperty("failed").GetInt32(), storm.GetProperty("cut_short").GetBoolean()));
        var kinds = storm.GetProperty("by_kind").EnumerateObject().ToList();
        Assert.Equal(["find", "range", "insert", "update", "delete", "aggregate"], kinds.Select(kind => kind.Name));
        Assert.All(kinds, kind => Assert.Equal((20, 0), (kind.Value.GetProperty("count").GetInt32(), kind.Value.GetProperty("errors").GetInt32())));
        Assert.All(kinds, kind => Assert.True(kind.Value.GetProperty("latency_ms").GetProperty("max").GetDouble() > 0));
        var (before, after) = (storm.GetProperty("connection_stats_before"), storm.GetProperty("connection_stats"));
        Assert.True(Count("checkouts_total") >= 120);
        Assert.InRange(after.GetProperty("open").GetInt32(), reconnects ? 0 : 1, 100);
        if (reconnects) Assert.True(Count("opened_total") >= 60 && Count("closed_total") >= 60, $"{after}");

        int Count(string name) => after.GetProperty(name).GetInt32() - before.GetProperty(name).GetInt32();
    }

    [Fact(Timeout = LimitMs), Trait("Category", "Long")]
    public async Task A_storm_ends_at_its_time_limit_and_says_so()
    {
        await using var service = await StartAsync();
        const string Long = "/stress/connection-storm?operations=20000&concurrency=1&reconnect=true"; // each connection logs in, which takes some milliseconds
        var storm = JsonElement.Parse(await service.Http.GetStringAsync(new Uri(Long, UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.True(storm.GetProperty("cut_short").GetBoolean());
        Assert.InRange(storm.GetProperty("elapsed_ms").GetDouble(), 15_000, 25_000);
        Assert.Equal(0, storm.GetProperty("failed").GetInt32()); // the interrupted operation does not count as an error
        Assert.InRange(storm.GetProperty("succeeded").GetInt32(), 1, 19_999);
    }

    [Fact]
    public async Task A_storm_ends_when_its_client_disconnects()
    {
        await using var service = await StartAsync();
        using (var client = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken))
        {
            const string Long = "/stress/connection-storm?operations=20000&concurrency=1&reconnect=true";
            Task<HttpResponseMessage> Start() => service.Http.GetAsync(new Uri(Long, UriKind.Relative), client.Token);
            var storm = Start();
            await Eventually.EqualAsync(HttpStatusCode.ServiceUnavailable, async () =>
            {
                if (storm.IsCompleted) storm = Start(); // the probe was first, so this request was rejected
                return await StormAsync();
            });
            await client.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => storm);
        }

        var clock = Stopwatch.StartNew();
        await Eventually.EqualAsync(HttpStatusCode.OK, StormAsync);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{clock.Elapsed}"); // before its 20 s are over

        async Task<HttpStatusCode> StormAsync()
        {
            using var answer = await service.Http.GetAsync(new Uri("/stress/connection-storm", UriKind.Relative), TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Every_response_names_the_instance_and_metrics_have_both_formats()
    {
        await using var service = await StartAsync(("INSTANCE_ID", "vm-7"));
        foreach (var (url, status) in ((string, HttpStatusCode)[])[("/customers?limit=1", HttpStatusCode.OK), ("/customers/none", HttpStatusCode.NotFound),
            ("/customers?limit=x", HttpStatusCode.BadRequest), ("/nowhere", HttpStatusCode.NotFound), ("/health", HttpStatusCode.OK)])
        {
            using var answer = await service.Http.GetAsync(new Uri(url, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(status, answer.StatusCode);
            Assert.Equal(["vm-7"], answer.Headers.GetValues("X-Instance-Id"));
        }

        var json = JsonElement.Parse(await service.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken));
        Assert.Equal("vm-7", json.GetProperty("instance_id").GetString());
        Assert.True(json.GetProperty("connection_stats").GetProperty("checkouts_total").GetInt64() > 0);
        Assert.Equal(1, json.GetProperty("requests").GetProperty("by_endpoint").EnumerateArray()
            .Single(series => series.GetProperty("route").GetString() == "/customers/{customer_id}").GetProperty("by_status").GetProperty("4xx").GetInt32());
    }

    [Fact]
    public async Task In_production_stress_endpoints_are_disabled_by_default()
    {
        await using (var production = await StartAsync(("ASPNETCORE_ENVIRONMENT", "Production")))
        {
            using var answer = await production.Http.GetAsync(new Uri("/stress/heavy-computation", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        await using var asked = await StartAsync(("ASPNETCORE_ENVIRONMENT", "Production"), ("STRESS_ENABLED", "true"));
        var answered = await asked.Http.GetStringAsync(new Uri("/stress/heavy-computation", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains("digest", answered, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invalid_configuration_is_reported_and_nothing_starts()
    {
        var file = Path.Combine(Path.GetTempPath(), $"customers-{Guid.NewGuid():N}.properties");
        await File.WriteAllTextAsync(file, "# mine\nmax_pool_size = 10\ncolour = blue\n", TestContext.Current.CancellationToken);
        try
        {
            var (code, errors) = await ServiceProcess.FailAsync(cluster.Cluster, Service, ("CONFIG_FILE", file), ("API_PORT", "http"));
            Assert.Equal(78, code);
            Assert.Contains($"{Path.GetFileName(file)}:3: unknown key 'colour'", errors, StringComparison.Ordinal);
            Assert.Contains("environment variable API_PORT: 'http' is not a whole number", errors, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact(Timeout = LimitMs)]
    public async Task An_exhausted_pool_returns_503_soon_and_recovers()
    {
        await using var service = await StartAsync(("MAX_POOL_SIZE", "1"), ("MIN_POOL_SIZE", "1"), ("WAIT_QUEUE_TIMEOUT_MS", "20"));
        var clock = Stopwatch.StartNew();
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => SendAsync($"[{CustomerClient.Many(500)}]")));
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"{clock.Elapsed}");
        Assert.All(answers, answer => Assert.Contains(answer.Status, (HttpStatusCode[])[HttpStatusCode.Created, HttpStatusCode.ServiceUnavailable]));
        Assert.Contains(answers, answer => answer.Status == HttpStatusCode.Created);
        Assert.Contains(answers, answer => answer.Status == HttpStatusCode.ServiceUnavailable && answer.HasRetryAfter);
        await Eventually.EqualAsync(HttpStatusCode.Created, async () => (await SendAsync($"[{CustomerClient.Many(1)}]")).Status);

        async Task<(HttpStatusCode Status, bool HasRetryAfter)> SendAsync(string json)
        {
            using var body = new StringContent(json, Encoding.UTF8, "application/json");
            using var answer = await service.Http.PostAsync(new Uri("/customers/batch", UriKind.Relative), body, TestContext.Current.CancellationToken);
            return (answer.StatusCode, answer.Headers.RetryAfter is not null);
        }
    }

    [Fact(Timeout = LimitMs), Trait("Category", "Long")]
    public async Task Without_the_database_requests_return_503_and_then_recover_automatically()
    {
        var customers = new CustomerClient(cluster.Shop);
        var mongodb = cluster.Cluster.Instances("mongodb")[0].ResourceId;
        await cluster.Cluster.CommandAsync(mongodb, KnownResourceCommands.StopCommand);
        try
        {
            foreach (var (method, url, json) in ((string, string, string?)[])[("GET", "/customers/any", null), ("GET", "/customers?limit=5", null),
                ("POST", "/customers", $$"""{"name":"A","email":"{{CustomerClient.NewEmail()}}"}"""), ("DELETE", "/customers/any", null)])
            {
                var clock = Stopwatch.StartNew();
                var answer = await Eventually.UntilAsync(() => cluster.Shop.SendAsync(method, url, json), a => a.Status == HttpStatusCode.ServiceUnavailable);
                Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable"), (answer.Status, answer.Problem));
                Assert.NotNull(answer.RetryAfter);
                Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10));
            }

            // Concurrent requests take no longer than a single one.
            var together = Stopwatch.StartNew();
            Assert.All(await Task.WhenAll(Enumerable.Range(0, 300).Select(i => cluster.Shop.SendAsync("GET", $"/customers/any{i}"))),
                answer => Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable"), (answer.Status, answer.Problem)));
            Assert.True(together.Elapsed < TimeSpan.FromSeconds(4), $"{together.Elapsed}");
            Assert.Equal(HttpStatusCode.BadRequest, (await cluster.Shop.SendAsync("POST", "/customers", "{}")).Status); // needs no database
        }
        finally
        {
            await cluster.Cluster.CommandAsync(mongodb, KnownResourceCommands.StartCommand);
        }

        var created = await Eventually.UntilAsync(
            () => cluster.Shop.SendAsync("POST", "/customers", $$"""{"name":"Back","email":"{{CustomerClient.NewEmail()}}"}"""),
            answer => answer.Status == HttpStatusCode.Created, TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.Created, created.Status);
        await customers.EnsureListAsync();
    }

    private Task<ServiceProcess> StartAsync(params (string Name, string Value)[] environment) =>
        ServiceProcess.StartAsync(cluster.Cluster, Service, environment);
}
