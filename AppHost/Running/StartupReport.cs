using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using NativeEngines;

namespace AppHost;

/// <summary>
/// Follows the startup and prints a table when everything is healthy. If something fails first, its failure is reported in one sentence; the dashboard shows
/// later failures.
/// </summary>
internal sealed class StartupReport(DistributedApplication app)
{
    private const int LastLines = 16;
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(5), NoticePeriod = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LogDelay = TimeSpan.FromMilliseconds(300), LogTimeout = TimeSpan.FromSeconds(5);

    private readonly ResourceNotificationService _notifications = app.ResourceNotifications;
    private readonly ConcurrentDictionary<string, TimeSpan> _ready = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <summary>Waits until these resources are healthy, but for those that are started by hand.</summary>
    /// <exception cref="DistributedApplicationException">A resource failed, or was not healthy in time.</exception>
    public async Task RunAsync(IReadOnlyList<IResource> resources, CancellationToken ct)
    {
        List<IResource> expected = [.. resources.Where(r => r is ProjectResource or ExecutableResource or ContainerResource or IResourceWithParent
            && !r.HasAnnotationOfType<ExplicitStartupAnnotation>())];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(StartTimeout);
        var healthy = Task.WhenAll(expected.Select(r => FollowAsync(r, limit.Token)));
        var failed = FailureAsync(expected, limit.Token);
        Task first;
        while ((first = await Task.WhenAny(healthy, failed, Task.Delay(NoticePeriod, CancellationToken.None))) != healthy && first != failed)
            Console.WriteLine($"  after {_clock.Elapsed.TotalSeconds:0} s, not healthy yet: {Waiting(expected)}");
        if (limit.IsCancellationRequested && !ct.IsCancellationRequested)
            throw new DistributedApplicationException($"Not healthy after {StartTimeout.TotalMinutes:0} minutes: " +
                $"{Waiting(expected)}.");
        if (first == failed) throw new DistributedApplicationException(await failed);
        await healthy;
        await limit.CancelAsync();
        await ((Task)failed).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Print(expected);
    }

    private async Task FollowAsync(IResource resource, CancellationToken ct)
    {
        await _notifications.WaitForResourceHealthyAsync(resource.Name, WaitBehavior.WaitOnResourceUnavailable, ct);
        _ready[resource.Name] = _clock.Elapsed;
    }

    private async Task<string> FailureAsync(List<IResource> expected, CancellationToken ct)
    {
        await foreach (var change in _notifications.WatchAsync(ct))
        {
            var (resource, snapshot) = (change.Resource, change.Snapshot);
            if (!expected.Contains(resource) || _ready.ContainsKey(resource.Name) || snapshot.State?.Text is not { } state) continue;
            if (state == KnownResourceStates.FailedToStart || (KnownResourceStates.TerminalStates.Contains(state) && snapshot.ExitCode is not 0))
                return await DescribeFailureAsync(change, ct);
        }

        throw new OperationCanceledException(ct);
    }

    private async Task<string> DescribeFailureAsync(ResourceEvent failure, CancellationToken ct)
    {
        var name = failure.Resource.Name;
        if (failure.Resource.TryGetLastAnnotation<StartFailureAnnotation>(out var known)) return known.Message;
        await Task.Delay(LogDelay, ct); // its last lines may still be on their way
        foreach (var line in await LastLinesAsync(failure.ResourceId, ct)) await Console.Error.WriteLineAsync($"  {name} | {line}");
        var (state, exitCode) = (failure.Snapshot.State?.Text, failure.Snapshot.ExitCode);
        if (state == KnownResourceStates.FailedToStart) return $"{name} could not be started; the reason is above.";
        var end = exitCode is null ? "ended" : exitCode < 0 ? "crashed" : $"ended with exit code {exitCode}";
        return $"{name} {end} during startup; fix the cause shown in its last lines above, then start again.";
    }

    private async Task<IEnumerable<string>> LastLinesAsync(string resourceId, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(LogTimeout);
        Queue<string> last = new();
        try
        {
            await foreach (var batch in app.Services.GetRequiredService<ResourceLoggerService>().GetAllAsync(resourceId).WithCancellation(limit.Token))
                foreach (var line in batch)
                {
                    if (last.Count == LastLines) last.Dequeue();
                    last.Enqueue(line.Content);
                }
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            last.Enqueue($"(the log could not be read: {e.Message})");
        }

        return last;
    }

    private string Waiting(IEnumerable<IResource> expected) => string.Join(", ", expected.Where(r => !_ready.ContainsKey(r.Name)).Select(Describe));

    private string Describe(IResource resource)
    {
        if (!_notifications.TryGetCurrentState(resource.Name, out var current)) return $"{resource.Name} (not started)";
        var report = current.Snapshot.HealthReports.FirstOrDefault(r => r.Status != HealthStatus.Healthy);
        return $"{resource.Name} ({current.Snapshot.State?.Text ?? "not started"}{(report?.Description is { } why ? ", " + why : "")})";
    }

    private void Print(List<IResource> resources)
    {
        var width = resources.Max(r => r.Name.Length) + 2;
        Console.WriteLine($"\n  {"resource".PadRight(width)}seconds  address");
        foreach (var resource in resources)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {resource.Name.PadRight(width)}{_ready[resource.Name].TotalSeconds,7:0.0}  " +
                $"{string.Join(" ", Endpoints(resource).Select(e => e.AllocatedEndpoint!.UriString))}").TrimEnd());
        Console.WriteLine();
        foreach (var resource in resources)
            foreach (var endpoint in Endpoints(resource).Where(e => e.IsExternal))
                Console.WriteLine($"  {resource.Name,-12} {endpoint.AllocatedEndpoint!.UriString}");
        var configuration = app.Services.GetRequiredService<IConfiguration>();
        if (configuration["ASPNETCORE_URLS"] is { } urls && configuration["AppHost:BrowserToken"] is { } token)
            Console.WriteLine($"  {"dashboard",-12} {urls.Split(';')[0]}/login?t={token}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"\n  All {resources.Count} resources are healthy after {_clock.Elapsed.TotalSeconds:0.0} s. Ctrl+C stops them."));
    }

    private static IEnumerable<EndpointAnnotation> Endpoints(IResource resource)
        => resource.Annotations.OfType<EndpointAnnotation>().Where(e => e.AllocatedEndpoint is not null);
}
