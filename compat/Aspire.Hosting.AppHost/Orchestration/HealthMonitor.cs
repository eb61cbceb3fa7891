using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Orchestration;

/// <summary>Runs the health checks of running resources, and announces each as ready when it is healthy for the first time since its start.</summary>
internal sealed class HealthMonitor(HealthCheckService checks, ResourceNotificationService notifications, IDistributedApplicationEventing eventing,
    IServiceProvider services)
{
    /// <summary>While starting, a step costs little and everybody waits for it; once healthy, nobody does.</summary>
    private static readonly TimeSpan PeriodStarting = TimeSpan.FromMilliseconds(200), PeriodUnhealthy = TimeSpan.FromSeconds(1),
        PeriodHealthy = TimeSpan.FromSeconds(5);

    public async Task WatchAsync(IResource resource, CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await notifications.WaitForResourceAsync(resource.Name, e => ReferenceEquals(e.Resource, resource) && IsRunning(resource), ct);
                await WatchRunAsync(resource, ct);
            }
        }
        catch (OperationCanceledException) { }
    }

    private async Task WatchRunAsync(IResource resource, CancellationToken ct)
    {
        var keys = resource.Annotations.OfType<HealthCheckAnnotation>().Select(a => a.Key).ToHashSet();
        for (var ready = false; IsRunning(resource);)
        {
            var healthy = keys.Count == 0 || await CheckAsync(resource, keys, ct);
            if (healthy && !IsMarkedReady(resource) && IsRunning(resource))
            {
                var announced = eventing.PublishAsync(new ResourceReadyEvent(resource, services), ct);
                notifications.SetReady(resource, announced);
                await announced.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                ready = true;
            }
            using var wake = CancellationTokenSource.CreateLinkedTokenSource(ct);
            wake.CancelAfter(healthy ? PeriodHealthy : ready ? PeriodUnhealthy : PeriodStarting);
            try
            {
                // The end of the run, or a replica's restart, is news at once.
                await notifications.WaitForResourceAsync(resource.Name, e
                    => ReferenceEquals(e.Resource, resource) && (!IsRunning(resource) || (healthy && !IsMarkedReady(resource))), wake.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested) { }
        }
    }

    private async Task<bool> CheckAsync(IResource resource, HashSet<string> keys, CancellationToken ct)
    {
        var report = await checks.CheckHealthAsync(r => keys.Contains(r.Name), ct);
        var now = DateTime.UtcNow;
        var reports = report.Entries.Select(e
            => new HealthReportSnapshot(e.Key, e.Value.Status, e.Value.Description, e.Value.Exception?.Message) { LastRunAt = now }).ToImmutableArray();
        await notifications.PublishUpdateAsync(resource, s => s.WithHealthReports(reports));
        return report.Status == HealthStatus.Healthy;
    }

    private bool IsRunning(IResource resource)
        => resource.GetResourceIds().All(id => notifications.TryGetCurrentState(id, out var e) && e.Snapshot.State?.Text == KnownResourceStates.Running);

    private bool IsMarkedReady(IResource resource)
        => resource.GetResourceIds().All(id => notifications.TryGetCurrentState(id, out var e) && e.Snapshot.Ready is not null);
}
