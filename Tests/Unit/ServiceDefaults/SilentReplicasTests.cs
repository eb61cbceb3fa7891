using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ServiceDefaults;

namespace Tests.Unit.ServiceDefaults;

[Trait("Category", "Unit")]
public sealed class SilentReplicasTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly List<int> _asked = [];
    private readonly HashSet<int> _silent = [];
    private readonly ServiceProvider _services;
    private readonly HttpClient _client;
    private bool _timesOut;

    public SilentReplicasTests()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(_time);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["services:api:http:0"] = "http://h.example:1",
            ["services:api:http:1"] = "http://h.example:2",
        }).Build());
        services.AddServiceDiscovery();
        services.AddSilentReplicas();
        services.AddHttpClient("api").AddServiceDiscovery().AddSilentReplicas().ConfigurePrimaryHttpMessageHandler(() => new Network(this));
        _services = services.BuildServiceProvider();
        _client = _services.GetRequiredService<IHttpClientFactory>().CreateClient("api");
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_replica_that_accepts_no_connection_is_skipped_for_a_while(bool timesOut)
    {
        _timesOut = timesOut;
        await AskAsync(4);
        Assert.Equal([1, 1, 2, 2], _asked.Order());

        _silent.Add(1);
        await AskAsync(6);
        Assert.Single(_asked[4..], 1);

        _time.Advance(SilentReplicas.AvoidTime);
        _silent.Clear();
        _asked.Clear();
        await AskAsync(4);
        Assert.Equal([1, 1, 2, 2], _asked.Order());
    }

    [Fact]
    public async Task If_no_replica_accepts_connections_none_is_skipped()
    {
        _silent.UnionWith([1, 2]);
        await AskAsync(8);
        Assert.Contains(1, _asked[4..]);
        Assert.Contains(2, _asked[4..]);
    }

    [Fact]
    public async Task A_cancelled_call_does_not_count_against_the_replica()
    {
        using var leaving = new CancellationTokenSource();
        await leaving.CancelAsync();
        for (var i = 0; i < 2; i++) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.GetAsync(new Uri("http://api/"), leaving.Token));
        await AskAsync(4);
        Assert.Equal([1, 1, 2, 2], _asked.Order());
    }

    public void Dispose()
    {
        _client.Dispose();
        _services.Dispose();
    }

    private async Task AskAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            try
            {
                using var answer = await _client.GetAsync(new Uri("http://api/"), Ct);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                // Failures that the service's caller would retry.
            }
        }
    }

    private sealed class Network(SilentReplicasTests test) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var port = request.RequestUri!.Port;
            test._asked.Add(port);
            if (!test._silent.Contains(port)) return Task.FromResult(new HttpResponseMessage());
            throw test._timesOut ? new TaskCanceledException("not connected in time") : new HttpRequestException(HttpRequestError.ConnectionError, "refused");
        }
    }
}
