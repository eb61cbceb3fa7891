using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Aspire.Hosting.Testing;

namespace Tests.Cluster;

[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class DashboardTests : IDisposable
{
    /// <summary>Services export spans every second, and the dashboard shows them immediately.</summary>
    private static readonly TimeSpan TelemetryLimit = TimeSpan.FromSeconds(60);

    private readonly ClusterFixture _cluster;
    private readonly HttpClient _http;
    private readonly string _apiKey;

    public DashboardTests(ClusterFixture cluster)
    {
        _cluster = cluster;
        var environment = cluster.Cluster.Instances("aspire-dashboard").Single().Snapshot.EnvironmentVariables.ToDictionary(v => v.Name, v => v.Value);
        _apiKey = environment["DASHBOARD__API__PRIMARYAPIKEY"]!;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(environment["ASPNETCORE_URLS"]!.Split(';')[0]),
            Timeout = TimeSpan.FromSeconds(60),
        };
    }

    [Fact]
    public async Task Without_a_login_every_page_redirects_to_the_login()
    {
        foreach (var path in new[] { "/", "/traces", "/structuredlogs", "/consolelogs/resource/order-api" })
        {
            using var response = await _http.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
            Assert.Contains("/login", response.Headers.Location!.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_token_logs_in()
    {
        using var login = await _http.GetAsync($"/login?t={ClusterFixture.BrowserToken}", TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.Redirect, "/"), (login.StatusCode, login.Headers.Location!.ToString()));
        using var page = await _http.GetAsync("/", TestContext.Current.CancellationToken); // the cookie is stored
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
    }

    [Fact]
    public async Task Another_token_does_not()
    {
        using var login = await _http.GetAsync("/login?t=guessed", TestContext.Current.CancellationToken);
        Assert.DoesNotContain(login.Headers, h => h.Key == "Set-Cookie" && h.Value.Any(v => v.Contains("Dashboard.Auth", StringComparison.Ordinal)));
        Assert.Contains("/login", login.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Telemetry_needs_the_key()
    {
        using var response = await _http.GetAsync("/api/telemetry/traces", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_checkout_is_one_trace_through_all_services()
    {
        var shop = _cluster.Shop;
        var (user, item) = (await shop.NewUserAsync(10), await shop.NewItemAsync(5, 10));
        var order = await shop.NewOrderAsync(user, (item, 1));
        var trace = ActivityTraceId.CreateRandom();
        var answer = await shop.SendAsync("POST", $"/orders/checkout/{order}", traceParent: $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
        Assert.Equal(HttpStatusCode.OK, answer.Status);

        string[] expected = ["order-api", "payment-api", "stock-api"];
        var services = await Eventually.UntilAsync(() => ServicesOfAsync(trace), s => expected.All(s.Contains), TelemetryLimit);
        Assert.Equal(expected, services);
    }

    [Fact]
    public async Task The_spans_of_a_checkout_name_its_SQL_statements_and_Redis_scripts()
    {
        var shop = _cluster.Shop;
        var (user, item) = (await shop.NewUserAsync(10), await shop.NewItemAsync(5, 10));
        var order = await shop.NewOrderAsync(user, (item, 1));
        var trace = ActivityTraceId.CreateRandom();
        await shop.SendAsync("POST", $"/orders/checkout/{order}", traceParent: $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");

        string[] expected = ["UPDATE orders INSERT sagas", "EVAL"];
        var names = await Eventually.UntilAsync(() => NamesOfAsync(trace), names => expected.All(names.Contains), TelemetryLimit);
        Assert.Superset(expected.ToHashSet(), names.ToHashSet());
        Assert.DoesNotContain("postgresql", names);
    }

    [Theory]
    [InlineData("/orders/unknown", "GET /orders/{order}")]
    [InlineData("/basket", "GET /basket")]
    [InlineData("/", "GET /")]
    public async Task A_page_s_span_has_its_route(string path, string name)
    {
        var trace = await OpenAsync(path);
        var names = await Eventually.UntilAsync(() => NamesOfAsync(trace), names => names.Contains(name), TelemetryLimit);
        Assert.Contains(name, names);
    }

    /// <summary>Otherwise these traces would outnumber all others.</summary>
    [Fact]
    public async Task Pictures_styles_and_background_work_make_no_traces()
    {
        var files = new[] { await OpenAsync("/shop.css"), await OpenAsync("/pictures/teapot.svg") };
        var page = await OpenAsync("/basket");
        await Eventually.UntilAsync(() => NamesOfAsync(page), names => names.Length > 0, TelemetryLimit);
        foreach (var file in files) Assert.Empty(await NamesOfAsync(file));

        // A client span is a call to a store or a service. It must belong to a request or to a recovery.
        var spans = Objects((await QueryAsync("/api/telemetry/spans?limit=200"))!.Value, "spanId").ToList();
        Assert.NotEmpty(spans);
        const int Client = 3;
        Assert.DoesNotContain(spans.Where(IsRoot), span => span.GetProperty("kind").GetInt32() == Client);
        static bool IsRoot(JsonElement span) => !span.TryGetProperty("parentSpanId", out var parent) || parent.GetString() is null or "";
    }

    [Fact]
    public async Task Pages_that_are_not_cached_cause_no_warnings()
    {
        foreach (var path in new[] { "/account", "/admin", "/admin" }) await OpenAsync(path);
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken); // logs are exported every second
        var logs = (await QueryAsync("/api/telemetry/logs?limit=1000&resource=storefront"))!.Value;
        Assert.DoesNotContain(Texts(logs), text => text.Contains("overridden", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_service_sends_metrics_and_logs()
    {
        string[] expected = ["customer-api", "order-api", "payment-api", "stock-api", "storefront"];
        var known = await Eventually.UntilAsync(ResourcesAsync, s => expected.All(s.Contains), TelemetryLimit);
        Assert.Superset(expected.ToHashSet(), known.ToHashSet());
    }

    public void Dispose() => _http.Dispose();

    private async Task<string[]> ServicesOfAsync(ActivityTraceId trace)
        => await QueryAsync($"/api/telemetry/traces/{trace}") is { } found
            ? [.. Attributes(found, "service.name").Distinct().Order(StringComparer.Ordinal)] : [];

    /// <summary>Opens a page as a browser does and returns the trace.</summary>
    private async Task<ActivityTraceId> OpenAsync(string path)
    {
        var trace = ActivityTraceId.CreateRandom();
        using var http = new HttpClient { BaseAddress = _cluster.Cluster.App.GetEndpoint("gateway") };
        using var request = new HttpRequestMessage(HttpMethod.Get, path)
        {
            Headers = { { "Accept", "text/html" }, { "traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01" } },
        };
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return trace;
    }

    private async Task<string[]> NamesOfAsync(ActivityTraceId trace) => await QueryAsync($"/api/telemetry/traces/{trace}") is { } found
        ? [.. Objects(found, "spanId").Where(span => span.TryGetProperty("name", out _)).Select(span => span.GetProperty("name").GetString()!)] : [];

    private async Task<string[]> ResourcesAsync()
        => await QueryAsync("/api/telemetry/resources") is { } found ? [.. Texts(found).Distinct()] : [];

    private async Task<JsonElement?> QueryAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("x-api-key", _apiKey);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound) return null;
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path}: {(int)response.StatusCode} {body}");
        return JsonSerializer.Deserialize<JsonElement>(body);
    }

    /// <summary>Returns all values of an attribute in an OTLP JSON document.</summary>
    private static IEnumerable<string> Attributes(JsonElement element, string key) => element.ValueKind switch
    {
        JsonValueKind.Object when element.TryGetProperty("key", out var k) && k.ValueEquals(key)
            => [element.GetProperty("value").GetProperty("stringValue").GetString()!],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Attributes(p.Value, key)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(e => Attributes(e, key)),
        _ => [],
    };

    /// <summary>Returns all objects that have a member with this name.</summary>
    private static IEnumerable<JsonElement> Objects(JsonElement element, string member) => element.ValueKind switch
    {
        JsonValueKind.Object when element.TryGetProperty(member, out _) => [element],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Objects(p.Value, member)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(e => Objects(e, member)),
        _ => [],
    };

    private static IEnumerable<string> Texts(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Texts(p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Texts),
        JsonValueKind.String => [element.GetString()!],
        _ => [],
    };
}
