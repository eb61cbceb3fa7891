using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Aspire.Hosting.Testing;

namespace Tests.Cluster;

/// <summary>Access to the operations page, and its functions.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class OperationsTests(ClusterFixture cluster)
{
    private const string Key = "correct horse battery";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/admin")]
    [InlineData("/ADMIN")]
    [InlineData("/admin/")]
    [InlineData("/admin/reset")]
    [InlineData("/%61dmin")]
    [InlineData("//admin")]
    [InlineData("/x/../admin")]
    [InlineData("/admin/login?x")]
    public async Task The_gateway_serves_it_to_this_machine_only(string path)
    {
        // All of 127.0.0.0/8 is this machine, but the gateway admits only the address that a local browser uses.
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = static async (context, ct) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, ct);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var answer = await http.GetAsync(new Uri(cluster.Cluster.App.GetEndpoint("gateway").GetLeftPart(UriPartial.Authority) + path), Ct);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task In_production_it_does_not_exist_without_a_key()
    {
        await using var storefront = await ServiceProcess.StartAsync(cluster.Cluster, "storefront", ("ASPNETCORE_ENVIRONMENT", "Production"));
        foreach (var path in new[] { "/admin", "/admin/login", "/admin/reset" })
        {
            using var answer = await storefront.Http.GetAsync(new Uri(path, UriKind.Relative), Ct);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        Assert.DoesNotContain("/admin", await storefront.Http.GetStringAsync(new Uri("/", UriKind.Relative), Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_key_it_opens_to_holders_of_the_key()
    {
        await using var storefront = await ServiceProcess.StartAsync(cluster.Cluster, "storefront",
            ("ASPNETCORE_ENVIRONMENT", "Production"), ("Shop__OperatorKey", Key));
        var http = storefront.Http; // stores cookies and follows redirects
        Assert.Contains("Operator's key", await http.GetStringAsync(new Uri("/admin", UriKind.Relative), Ct), StringComparison.Ordinal);
        using var wrong = await EnterAsync(http, "correct horse batterie");
        Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
        using var right = await EnterAsync(http, Key);
        Assert.Equal("/admin", right.RequestMessage!.RequestUri!.AbsolutePath);
        var page = await right.Content.ReadAsStringAsync(Ct);
        foreach (var expected in new[] { "Orders per second", "Checkout latency", "Open sagas", "Invariants", "Teapot", "Fill the shelves" })
            Assert.Contains(expected, page, StringComparison.Ordinal);
        Assert.DoesNotContain("is not responding", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Reset the shop", page, StringComparison.Ordinal);
        using var reset = await http.GetAsync(new Uri("/admin/reset", UriKind.Relative), Ct);
        Assert.Equal(HttpStatusCode.NotFound, reset.StatusCode);
    }

    [Fact]
    public async Task Keys_cannot_be_guessed_by_brute_force()
    {
        await using var storefront = await ServiceProcess.StartAsync(cluster.Cluster, "storefront",
            ("ASPNETCORE_ENVIRONMENT", "Production"), ("Shop__OperatorKey", Key));
        var token = await TokenAsync(storefront.Http);
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i < 25; i++)
        {
            using var answer = await PostAsync(storefront.Http, token, $"guess {i}");
            answers.Add(answer.StatusCode);
        }

        Assert.Equal([HttpStatusCode.Forbidden, HttpStatusCode.TooManyRequests], answers.Distinct());
        Assert.InRange(answers.Count(static answer => answer == HttpStatusCode.Forbidden), 10, 20); // a new minute may begin in between
    }

    [Fact]
    public async Task A_short_key_is_refused_at_start()
    {
        var (code, errors) = await ServiceProcess.FailAsync(cluster.Cluster, "storefront", ("Shop__OperatorKey", "short"));
        Assert.NotEqual(0, code);
        Assert.Contains("Shop:OperatorKey", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reset_in_production_does_not_exist()
    {
        foreach (var service in new[] { "order-api", "payment-api", "stock-api" })
        {
            await using var process = await ServiceProcess.StartAsync(cluster.Cluster, service, ("ASPNETCORE_ENVIRONMENT", "Production"));
            using var answer = await process.Http.PostAsync(new Uri("/internal/reset", UriKind.Relative), null, Ct);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_customer_is_registered_with_the_first_order()
    {
        using var http = new HttpClient { BaseAddress = cluster.Cluster.App.GetEndpoint("gateway") };
        using var bought = await http.PostAsJsonAsync(new Uri("/", UriKind.Relative), new
        {
            product_name = "Mug", quantity = 1, customer_name = "Mary Jackson", street_address = "1 Hampton Rd", state = "VA", zip_code = "23669",
        }, Ct);
        var user = (await bought.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("user_id").GetString()!;
        var customer = await cluster.Shop.GetAsync($"/customers/{user}");
        Assert.Equal((user, "Mary Jackson"), (customer.GetProperty("user_id").GetString(), customer.GetProperty("name").GetString()));
        Assert.Equal(["1 Hampton Rd", "VA", "23669"], new[] { "street", "state", "postal_code" }
            .Select(field => customer.GetProperty("address").GetProperty(field).GetString()));
    }

    private static async Task<HttpResponseMessage> EnterAsync(HttpClient http, string key) => await PostAsync(http, await TokenAsync(http), key);

    private static async Task<string> TokenAsync(HttpClient http) => (await http.GetStringAsync(new Uri("/admin/login", UriKind.Relative), Ct))
        .Split("__RequestVerificationToken\" type=\"hidden\" value=\"")[1].Split('"')[0];

    private static async Task<HttpResponseMessage> PostAsync(HttpClient http, string token, string key)
    {
        using var form = new FormUrlEncodedContent([new("key", key), new("__RequestVerificationToken", token)]);
        return await http.PostAsync(new Uri("/admin/login", UriKind.Relative), form, Ct);
    }
}
