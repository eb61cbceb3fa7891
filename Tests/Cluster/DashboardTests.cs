using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace Tests.Cluster;

[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class DashboardTests : IDisposable
{
    /// <summary>Services send their spans every second, the dashboard shows them at once.</summary>
    private static readonly TimeSpan TelemetryLimit = TimeSpan.FromSeconds(15);

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
            Timeout = TimeSpan.FromSeconds(15),
        };
    }

    [Fact]
    public async Task Without_a_login_every_page_leads_to_the_login()
    {
        foreach (var path in new[] { "/", "/traces", "/structuredlogs", "/consolelogs/resource/order-api" })
        {
            using var response = await _http.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
            Assert.Contains("/login", response.Headers.Location!.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_token_opens_it()
    {
        using var login = await _http.GetAsync($"/login?t={ClusterFixture.BrowserToken}", TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.Redirect, "/"), (login.StatusCode, login.Headers.Location!.ToString()));
        using var page = await _http.GetAsync("/", TestContext.Current.CancellationToken); // the cookie is kept
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

    /// <summary>The values of an attribute, wherever it stands in a document of OTLP's JSON form.</summary>
    private static IEnumerable<string> Attributes(JsonElement element, string key) => element.ValueKind switch
    {
        JsonValueKind.Object when element.TryGetProperty("key", out var k) && k.ValueEquals(key)
            => [element.GetProperty("value").GetProperty("stringValue").GetString()!],
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Attributes(p.Value, key)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(e => Attributes(e, key)),
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
