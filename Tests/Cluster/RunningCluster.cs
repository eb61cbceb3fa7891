using System.Collections.Concurrent;
using System.Globalization;
using AppHost;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Tests.Cluster;

/// <summary>A started application with the latest state of all its instances.</summary>
public sealed class RunningCluster(DistributedApplication app) : IAsyncDisposable
{
    /// <summary>Time from the start of the last dependency to healthy.</summary>
    private static readonly TimeSpan HealthLimit = TimeSpan.FromMinutes(3);

    private static readonly TimeSpan CommandLimit = TimeSpan.FromMinutes(1);

    /// <summary>The gateway retries a failed server after a second.</summary>
    private static readonly TimeSpan GatewayRetry = TimeSpan.FromSeconds(1.2);

    private readonly ConcurrentDictionary<string, ResourceEvent> _instances = [];
    private readonly CancellationTokenSource _stop = new();
    private Task? _watch;

    public DistributedApplication App => app;

    public IEnumerable<ResourceEvent> All => _instances.Values.OrderBy(i => i.ResourceId, StringComparer.Ordinal);

    /// <summary>Processes of a resource: the replicas of a service, or the native engine that replaces a container.</summary>
    public IReadOnlyList<ResourceEvent> Instances(string resource)
    {
        var engine = All.Where(i => i.Resource.Name == $"{resource}-engine").ToList();
        return engine.Count > 0 ? engine
            : [.. All.Where(i => (i.Resource.TryGetLastAnnotation<ServiceReplicaAnnotation>(out var replica) ? replica.Service : i.Resource.Name) == resource)];
    }

    /// <summary>Ids of all instances that are local processes.</summary>
    public IReadOnlyList<int> ProcessIds => [.. All.Select(ProcessId).OfType<int>()];

    public static int? ProcessId(ResourceEvent instance)
        => instance.Snapshot.Properties.FirstOrDefault(p => p.Name == "executable.pid")?.Value is { } id ? Convert.ToInt32(id, CultureInfo.InvariantCulture)
            : null;

    public void Watch() => _watch = WatchAsync();

    /// <summary>Waits until the resources are healthy. Fails immediately if one of them can no longer start.</summary>
    public async Task HealthyAsync(params string[] resources)
    {
        using var limit = new CancellationTokenSource(HealthLimit);
        foreach (var resource in resources)
            try
            {
                await app.ResourceNotifications.WaitForResourceHealthyAsync(resource, WaitBehavior.StopOnResourceUnavailable, limit.Token);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"'{resource}' is not healthy after {HealthLimit}.");
            }
    }

    /// <summary>Executes a command on an instance, or on a resource with only one. After a start, waits until it is healthy and the gateway uses it
    /// again.</summary>
    public async Task CommandAsync(string instance, string command)
    {
        using var limit = new CancellationTokenSource(CommandLimit);
        var result = await app.ResourceCommands.ExecuteCommandAsync(instance, command, limit.Token);
        Assert.True(result.Success, $"{command} {instance}: {result.Message}");
        if (command == KnownResourceCommands.StopCommand) return;
        await app.ResourceNotifications.WaitForResourceHealthyAsync(All.First(i => i.ResourceId == instance || i.Resource.Name == instance).Resource.Name,
            limit.Token);
        await Task.Delay(GatewayRetry, limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_watch is not null) await _watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        await foreach (var change in app.ResourceNotifications.WatchAsync(_stop.Token)) _instances[change.ResourceId] = change;
    }
}
