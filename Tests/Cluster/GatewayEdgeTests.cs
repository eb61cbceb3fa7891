using System.Net;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Tests.Security;

namespace Tests.Cluster;

/// <summary>Unusual or malformed requests: every error response explains the reason in its body.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class GatewayEdgeTests(ClusterFixture cluster)
{
    private static readonly TimeSpan Parts = TimeSpan.FromSeconds(1);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Uri Gateway => cluster.Cluster.App.GetEndpoint("gateway");

    [Theory]
    [InlineData("/", 200)]
    [InlineData("/shop.css", 200)]
    [InlineData("/customers?limit=1", 200)]
    [InlineData("/orders/health", 200)]
    [InlineData("/stock/health", 200)]
    [InlineData("/payment/health", 200)]
    [InlineData("/stock/find/unknown", 404)]
    public async Task An_HTTP_1_0_client_needs_no_Host_header(string path, int status)
    {
        var answer = await AskAsync($"GET {path} HTTP/1.0\r\n\r\n");
        Assert.True(answer.Status == status && answer.Body.Length > 0, $"{path}: {answer.Head}\n{answer.Body}");
    }

    [Theory]
    [InlineData("GET /stock/find/\u00c3\u00a9 HTTP/1.1", "", "not-found", 404)]
    [InlineData("GET /stock/find/\u00ff HTTP/1.1", "", "not-found", 404)]
    [InlineData("GET /orders/find/a\u00e9/../\u00ff HTTP/1.1", "", "not-found", 404)]
    [InlineData("GET /customers/\u00ff HTTP/1.1", "", "not-found", 404)]
    [InlineData("GET /orders/\u00ff HTTP/1.1", "", "not-found", 404)]
    [InlineData("GET /stock/find/unknown HTTP/1.1", "X-A: \u00ff\r\n", "not-found", 404)]
    [InlineData("POST /stock/item/create/1 HTTP/1.1", "Idempotency-Key: \u00ff\r\nContent-Length: 0\r\n", "invalid-request", 400)]
    [InlineData("GET /customers?search=\u00ff HTTP/1.1", "", "invalid-request", 400)]
    public async Task Bytes_beyond_ASCII_are_served_or_rejected_with_a_reason(string line, string headers, string type, int status)
        => (await AskAsync($"{line}\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n")).AssertProblem(status, type);

    [Theory]
    [InlineData("a;b")]
    [InlineData("a%41")]
    [InlineData("a:")]
    [InlineData("a,b")]
    [InlineData("a*b")]
    [InlineData("[x]")]
    [InlineData("\u00e9")]
    [InlineData("")]
    public async Task An_invalid_host_is_rejected_with_a_reason(string host)
        => (await AskAsync($"GET /stock/find/1 HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")).AssertProblem(400, "invalid-request");

    [Fact]
    public async Task A_large_request_that_the_gateway_accepts_reaches_the_service()
    {
        var many = string.Concat(Enumerable.Range(0, 90).Select(n => $"X-{n}: a\r\n"));
        var large = string.Concat(Enumerable.Range(0, 4).Select(n => $"X-{n}: {new string('a', 15_000)}\r\n"));
        foreach (var (path, headers) in new[] { ("unknown", many), ("unknown", large), (new string('a', 15_000), ""), (new string('\u00ff', 15_000), "") })
            (await AskAsync($"GET /stock/find/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n")).AssertProblem(404, "not-found");
        var tooMany = string.Concat(Enumerable.Range(0, 120).Select(n => $"X-{n}: a\r\n"));
        (await AskAsync($"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{tooMany}\r\n")).AssertProblem(431, "invalid-request");
    }

    /// <summary>Applies to error responses too.</summary>
    [Theory]
    [InlineData("/")]
    [InlineData("/basket")]
    [InlineData("/shop.css")]
    [InlineData("/orders/unknown")]
    [InlineData("/get_product?product_name=Teapot")]
    [InlineData("/health_check")]
    [InlineData("/stock/find/unknown")]
    [InlineData("/stock/health")]
    [InlineData("/payment/find_user/unknown")]
    [InlineData("/orders/find/unknown")]
    [InlineData("/customers")]
    [InlineData("/customers/unknown")]
    [InlineData("/customers/analytics")]
    [InlineData("/orders/openapi/v1.json")]
    [InlineData("/gateway/health")]
    public async Task HEAD_is_answered_as_GET_without_a_body(string path)
    {
        var get = await AskAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        var head = await AskAsync($"HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Assert.Equal(get.Status, head.Status);
        Assert.All(["Content-Type", "Cache-Control", "ETag"], name => Assert.Equal(get.Header(name), head.Header(name)));
        Assert.Equal("", head.Body);
        Assert.NotEqual("", get.Body);
    }

    [Theory]
    [InlineData("POST", "/")]
    [InlineData("POST", "/basket")]
    [InlineData("POST", "/customers")]
    [InlineData("POST", "/customers/batch")]
    [InlineData("PUT", "/customers/1")]
    public async Task A_wrong_content_type_is_415(string method, string path)
    {
        foreach (var type in new[] { "Content-Type: text/plain\r\n", "Content-Type: application/xml\r\n", "Content-Type: nonsense\r\n", "" })
        {
            var answer = await AskAsync($"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{type}Content-Length: 2\r\n\r\n{{}}");
            answer.AssertProblem(415, "unsupported-media-type");
            Assert.Contains("Content-Type", answer.Body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/", """{"quantity":"two"}""", "quantity: must be a whole number.")]
    [InlineData("/", """{"product_name":3}""", "product_name: must be a string.")]
    [InlineData("/", "null", "The request must have a JSON body.")]
    [InlineData("/", "[]", "The body must be an object.")]
    [InlineData("/", "{", "The body is not valid JSON: line 1, byte 2.")]
    [InlineData("/customers", "", "The request must have a JSON body.")]
    [InlineData("/customers", """{"name":"a","name":"b"}""", "name: is given more than once.")]
    public async Task An_invalid_body_is_explained_with_the_client_s_field_names(string path, string json, string detail)
    {
        var answer = await cluster.Shop.SendAsync("POST", path, json: json);
        Assert.Equal((HttpStatusCode.BadRequest, detail), (answer.Status, answer.Member("detail")));
    }

    [Theory]
    [InlineData("/orders", "/checkout/{order}", "/orders")]
    [InlineData("/stock", "/find/{item}", "/stock")]
    [InlineData("/payment", "/pay/{user}/{n}", "/payment")]
    [InlineData("/customers", "/customers/{customer_id}", "/")]
    [InlineData("", "/get_product", "/")]
    public async Task Each_API_s_document_has_the_paths_that_clients_see(string folder, string path, string server)
    {
        var document = await cluster.Shop.GetAsync($"{folder}/openapi/v1.json");
        Assert.Equal([server], document.GetProperty("servers").EnumerateArray().Select(one => one.GetProperty("url").GetString()));
        var paths = document.GetProperty("paths").EnumerateObject().Select(one => one.Name).ToList();
        Assert.Contains(path, paths);
        Assert.DoesNotContain(paths, one => one.Contains("internal", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_page_has_all_documents()
    {
        using var http = new HttpClient { BaseAddress = Gateway };
        var page = await http.GetStringAsync(new Uri("/scalar/", UriKind.Relative), Ct);
        foreach (var folder in new[] { "orders/", "stock/", "payment/", "customers/", "" })
            Assert.Contains($"{folder}openapi/v1.json\"", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", true)]
    [InlineData("/shop.css", true)]
    [InlineData("/orders/openapi/v1.json", true)]
    [InlineData("/customers?limit=100", true)]
    [InlineData("/customers/unknown", false)]
    [InlineData("/stock/find/unknown", false)]
    [InlineData("/orders/health", false)]
    public async Task Large_answers_are_compressed_and_small_ones_are_not(string path, bool isCompressed)
    {
        if (path.StartsWith("/customers?", StringComparison.Ordinal))
            for (var n = 0; n < 5; n++)
                await cluster.Shop.SendAsync("POST", "/customers", json: $$"""{"name":"Zip {{n}}","email":"zip-{{Guid.NewGuid():N}}@example.com"}""");
        using var http = new HttpClient { BaseAddress = Gateway };
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Accept-Encoding", "gzip" } } };
        using var answer = await http.SendAsync(request, Ct);
        Assert.Equal(isCompressed ? ["gzip"] : [], answer.Content.Headers.ContentEncoding);
        if (isCompressed) Assert.Contains("Accept-Encoding", answer.Headers.Vary);
    }

    /// <summary>Browsers keep a separate basket for each host name, so all links must use the host name from the README.</summary>
    [Fact]
    public void All_links_name_localhost()
    {
        var urls = cluster.Cluster.Instances("gateway").Concat(cluster.Cluster.All.Where(one => one.Resource.Name is "gateway" or "storefront"))
            .SelectMany(one => one.Snapshot.Urls).Select(url => new Uri(url.Url).Host).ToList();
        Assert.NotEmpty(urls);
        Assert.All(urls, host => Assert.Equal("localhost", host));
    }

    /// <summary>Dependencies shown as arrows in the dashboard's graph.</summary>
    [Theory]
    [InlineData("orders", "postgres")]
    [InlineData("payments", "postgres")]
    [InlineData("customers", "mongodb")]
    public void A_database_belongs_to_its_server(string database, string server)
        => Assert.Contains(cluster.Cluster.Instances(database).Single().Snapshot.Relationships, to => to.ResourceName == server);

    [Fact]
    public async Task The_gateway_starts_without_warnings()
    {
        var lines = new List<string>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var loggers = cluster.Cluster.App.Services.GetRequiredService<ResourceLoggerService>();
        await foreach (var batch in loggers.GetAllAsync(cluster.Cluster.Instances("gateway").Single().ResourceId).WithCancellation(limit.Token))
            lines.AddRange(batch.Select(line => line.Content));
        Assert.DoesNotContain(lines, line => line.Contains("[alert]", StringComparison.Ordinal) || line.Contains("[warn]", StringComparison.Ordinal));
    }

    private Task<RawAnswer> AskAsync(string request) => RawConnection.AskAsync(Gateway, request, parts: Parts);
}
