using System.Text;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Tests.Cluster;

/// <summary>
/// Runs the whole shop as defined by the AppHost, with the dashboard, on random ports: the shared cluster, or that of a derived class. Its data is deleted at
/// the end.
/// </summary>
public class ClusterFixture(SharedShop shared) : IAsyncLifetime
{
    /// <summary>Login token of the dashboard.</summary>
    public const string BrowserToken = "test-token";

    /// <summary>Allowed CORS origin of the shared cluster.</summary>
    public const string AllowedOrigin = "https://partner.example";

    /// <summary>Includes the initial download of the orchestrator and the dashboard.</summary>
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(6);

    private static readonly TimeSpan StopLimit = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan ReportLimit = TimeSpan.FromSeconds(20);

    private RunningCluster? _cluster, _own;
    private ShopClient? _shop;

    public RunningCluster Cluster => _cluster ?? throw new InvalidOperationException("The cluster is not started.");

    public ShopClient Shop => _shop ?? throw new InvalidOperationException("The cluster is not started.");

    public virtual async ValueTask InitializeAsync() => Use(await shared.StartAsync());

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _shop?.Dispose();
        if (_own is not null) await StopAsync(_own);
    }

    /// <summary>Starts a cluster and waits until all of it is healthy.</summary>
    /// <param name="configure">Changes the application model before the start.</param>
    /// <param name="withDashboard">Makes all services export full telemetry, which costs more than their actual work.</param>
    /// <param name="arguments">Command-line arguments of the AppHost.</param>
    public static async Task<RunningCluster> StartAsync(Action<IDistributedApplicationTestingBuilder>? configure = null, bool withDashboard = true,
        params string[] arguments)
    {
        using var limit = new CancellationTokenSource(StartLimit);
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Program>(
            ["--Restarts:Enabled=false", .. arguments], (options, _) => options.DisableDashboard = !withDashboard, limit.Token);
        builder.Configuration["AppHost:BrowserToken"] = BrowserToken;
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        foreach (var container in builder.Resources.OfType<ContainerResource>())
            foreach (var volume in container.Annotations.OfType<ContainerMountAnnotation>().Where(m => m.Type == ContainerMountType.Volume).ToList())
                container.Annotations.Remove(volume);
        configure?.Invoke(builder);
        var cluster = new RunningCluster(await builder.BuildAsync(limit.Token));
        try
        {
            cluster.Watch();
            await cluster.App.StartAsync(limit.Token);
            await cluster.HealthyAsync([.. builder.Resources
                .Where(r => r is ProjectResource or ContainerResource && !r.HasAnnotationOfType<ExplicitStartupAnnotation>()).Select(r => r.Name)]);
            return cluster;
        }
        catch (Exception e)
        {
            var report = await DescribeAsync(cluster);
            await StopAsync(cluster);
            throw new InvalidOperationException($"The cluster does not start: {e.Message}\n{report}", e);
        }
    }

    /// <summary>Stops and disposes a cluster.</summary>
    public static async Task StopAsync(RunningCluster cluster)
    {
        await cluster.App.StopAsync(CancellationToken.None).WaitAsync(StopLimit, CancellationToken.None);
        await cluster.DisposeAsync();
        await cluster.App.DisposeAsync().AsTask().WaitAsync(StopLimit, CancellationToken.None);
    }

    /// <summary>Stops the shared cluster and starts one that will be stopped with this fixture.</summary>
    protected async Task StartOwnAsync(Action<IDistributedApplicationTestingBuilder> configure, params string[] arguments)
    {
        await shared.StopAsync();
        Use(_own = await StartAsync(configure, arguments: arguments));
    }

    private void Use(RunningCluster cluster)
    {
        _cluster = cluster;
        _shop = new ShopClient(cluster.App.GetEndpoint("gateway"));
    }

    /// <summary>Describes why a start failed: the state of each instance, and the last log lines of unhealthy ones.</summary>
    private static async Task<string> DescribeAsync(RunningCluster cluster)
    {
        var text = new StringBuilder();
        var loggers = cluster.App.Services.GetRequiredService<ResourceLoggerService>();
        using var limit = new CancellationTokenSource(ReportLimit);
        foreach (var instance in cluster.All)
        {
            text.Append(instance.ResourceId).Append(": ").Append(instance.Snapshot.State?.Text).Append(' ').Append(instance.Snapshot.HealthStatus).AppendLine();
            if (instance.Snapshot.HealthStatus == HealthStatus.Healthy) continue;
            foreach (var line in await LastLinesAsync(loggers, instance.ResourceId, limit.Token)) text.Append("    ").AppendLine(line);
        }
        return text.ToString();
    }

    private static async Task<IEnumerable<string>> LastLinesAsync(ResourceLoggerService loggers, string resourceId, CancellationToken ct)
    {
        const int Count = 15;
        Queue<string> last = new();
        try
        {
            await foreach (var batch in loggers.GetAllAsync(resourceId).WithCancellation(ct))
                foreach (var line in batch)
                {
                    if (last.Count == Count) last.Dequeue();
                    last.Enqueue(line.Content);
                }
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            last.Enqueue($"(log not read: {e.Message})");
        }
        return last;
    }
}
