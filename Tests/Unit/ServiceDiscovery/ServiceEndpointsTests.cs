using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.ServiceDiscovery;

namespace Tests.Unit.ServiceDiscovery;

[Trait("Category", "Unit")]
public sealed class ServiceEndpointsTests : IDisposable
{
    private static readonly Uri Api = new("http://api/");

    private readonly ManualTime _time = new();
    private readonly IConfigurationRoot _configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["services:api:http:0"] = "http://h.example:1",
        ["services:api:http:1"] = "http://h.example:2",
        ["services:api:https:0"] = "https://h.example:3",
        ["services:api:grpc:0"] = "h.example:9",
        ["services:fallback:default:0"] = "http://d.example:5/",
        ["services:single:http"] = "http://s.example:1",
    }).Build();

    private readonly ServiceEndpoints _endpoints;

    public ServiceEndpointsTests() => _endpoints = new(_configuration, _time);

    public void Dispose() => _endpoints.Dispose();

    [Theory]
    [InlineData("http://api/x?y=1", "http://h.example:1/x?y=1")]
    [InlineData("http://API/", "http://h.example:1/")]
    [InlineData("https://api/", "https://h.example:3/")]
    [InlineData("https+http://api/", "https://h.example:3/")]
    [InlineData("http+https://api/", "http://h.example:1/")]
    [InlineData("https+http://single/", "http://s.example:1/")]
    [InlineData("http://_grpc.api/q", "http://h.example:9/q")]
    [InlineData("https+http://_grpc.api/q", "https://h.example:9/q")]
    [InlineData("http://fallback/z", "http://d.example:5/z")]
    [InlineData("https+http://fallback/z", "http://d.example:5/z")]
    [InlineData("http://unknown/", null)]
    [InlineData("http://_unknown.api/", null)]
    [InlineData("http://api.example/", null)]
    public void A_name_leads_to_what_is_configured_for_the_scheme_or_endpoint(string asked, string? expected) => Assert.Equal(expected, Resolve(asked));

    [Fact]
    public void Replicas_take_turns()
    {
        var turns = Enumerable.Range(0, 4).Select(_ => Resolve("http://api/"));
        Assert.Equal(["http://h.example:1/", "http://h.example:2/", "http://h.example:1/", "http://h.example:2/"], turns);
    }

    [Fact]
    public void A_replica_that_refused_is_passed_over_for_a_while_unless_all_do()
    {
        var first = _endpoints.Next(Api)!;
        _endpoints.Avoid(first);
        var others = Enumerable.Range(0, 3).Select(_ => _endpoints.Next(Api)!).ToArray();
        Assert.DoesNotContain(first, others);

        _endpoints.Avoid(others[0]);
        Assert.NotNull(_endpoints.Next(Api));

        _time.Advance(ServiceEndpoints.AvoidTime);
        Assert.Equal(2, Enumerable.Range(0, 2).Select(_ => _endpoints.Next(Api)!).Distinct().Count());
    }

    [Fact]
    public async Task A_replica_that_no_connection_came_to_is_passed_over_but_not_one_that_a_caller_left()
    {
        using var leaving = new CancellationTokenSource();
        List<int> asked = [];
        using var handler = new ServiceDiscoveryHandler(_endpoints)
        {
            InnerHandler = new Answering((request, ct) =>
            {
                asked.Add(request.RequestUri!.Port);
                ct.ThrowIfCancellationRequested();
                return asked.Count == 2 ? throw new TaskCanceledException("not connected in time") : new HttpResponseMessage();
            }),
        };
        using var client = new HttpMessageInvoker(handler);
        async Task AskAsync(CancellationToken ct)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Api);
            using var response = await client.SendAsync(request, ct);
        }

        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AskAsync(leaving.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AskAsync(CancellationToken.None));
        for (var i = 0; i < 3; i++) await AskAsync(CancellationToken.None);

        Assert.Equal([1, 2, 1, 1, 1], asked);
    }

    [Fact]
    public void A_change_of_the_configuration_is_seen()
    {
        _configuration["services:new:http:0"] = "http://n.example:1";
        _configuration.Reload();
        Assert.Equal("http://n.example:1/", Resolve("http://new/"));
    }

    private sealed class Answering(Func<HttpRequestMessage, CancellationToken, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer(request, cancellationToken));
    }

    private string? Resolve(string uri) => _endpoints.Next(new Uri(uri))?.Rewrite(new Uri(uri)).ToString();
}
