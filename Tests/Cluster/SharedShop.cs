namespace Tests.Cluster;

/// <summary>The cluster that several collections share. The first one starts it. It stops at the end of the run, or before another cluster starts.</summary>
public sealed class SharedShop : IAsyncDisposable
{
    /// <summary>All traces of tests that begin one, and a part of the others, which would cost more than the requests themselves.</summary>
    private static readonly string[] Sampled = ["--OTEL_TRACES_SAMPLER=parentbased_traceidratio", "--OTEL_TRACES_SAMPLER_ARG=0.1"];

    private readonly SemaphoreSlim _turn = new(1);
    private Task<RunningCluster>? _cluster;

    /// <summary>Returns the cluster when all of it is healthy. A failed start fails all tests that need it, and is not repeated.</summary>
    public async Task<RunningCluster> StartAsync()
    {
        await _turn.WaitAsync();
        try
        {
            _cluster ??= ClusterFixture.StartAsync(
                builder => builder.Configuration["Gateway:AllowedOrigins"] = ClusterFixture.AllowedOrigin, arguments: Sampled);
            return await _cluster;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Stops the cluster, if it runs.</summary>
    public async Task StopAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (_cluster is { IsCompletedSuccessfully: true }) await ClusterFixture.StopAsync(await _cluster);
            _cluster = null;
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _turn.Dispose();
    }
}
