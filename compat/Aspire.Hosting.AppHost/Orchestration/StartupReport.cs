using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Follows the start until everything is healthy, and says so; or until something is broken, and says that. What fails later is the dashboard's to show.
/// </summary>
internal sealed class StartupReport(IServiceProvider services)
{
    private readonly AppHostConsole _console = services.GetRequiredService<AppHostConsole>();
    private readonly ResourceNotificationService _notifications = services.GetRequiredService<ResourceNotificationService>();
    private readonly Orchestrator _orchestrator = services.GetRequiredService<Orchestrator>();
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    /// <exception cref="DistributedApplicationException">A resource failed, or did not become healthy in time.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        var model = services.GetRequiredService<DistributedApplicationModel>();
        var expected = model.Resources.Where(r
            => r is not ParameterResource && !r.HasAnnotationOfType<ExplicitStartupAnnotation>() && !ExternalConnections.AllChildrenAre(model, r))
            .ToDictionary(r => r.Name, r => r, StringComparer.OrdinalIgnoreCase);
        Dictionary<string, TimeSpan> ready = new(StringComparer.OrdinalIgnoreCase);
        Dictionary<string, ResourceEvent> last = [];
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Limits.ResourceStart + Limits.Build);
        try
        {
            await foreach (var change in _notifications.WatchAsync(limit.Token))
            {
                last[change.ResourceId] = change;
                var resource = change.Resource;
                if (!expected.ContainsKey(resource.Name))
                {
                    if (change.Snapshot.State?.Text == KnownResourceStates.ValueMissing) throw new DistributedApplicationException($"The parameter " +
                        $"'{resource.Name}' is missing: set Parameters__{resource.Name}, or keep it with 'dotnet user-secrets set " +
                        $"Parameters:{resource.Name} VALUE --project AppHost'.");
                    continue;
                }
                if (await FailureAsync(change, ct) is { } failure) throw new DistributedApplicationException(failure);
                if (!ready.ContainsKey(resource.Name) && resource.GetResourceIds().All(id => last.TryGetValue(id, out var e) && IsUp(e.Snapshot)))
                {
                    ready[resource.Name] = _clock.Elapsed;
                    if (ready.Count == expected.Count) break;
                }
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            var late = expected.Keys.Where(n => !ready.ContainsKey(n)).ToList();
            throw new DistributedApplicationException($"Not healthy after {Limits.ResourceStart.TotalMinutes + Limits.Build.TotalMinutes:0} minutes: " +
                $"{string.Join(", ", late.Select(n => Describe(n, last)))}.");
        }
        ct.ThrowIfCancellationRequested();
        Print(model, ready);
    }

    /// <summary>Says in one sentence what is wrong.</summary>
    public void Fail(Exception e)
        => _console.Error(e is DistributedApplicationException or ArgumentException ? $"error: {e.Message}" : $"error: the AppHost failed unexpectedly: {e}");

    private static bool IsUp(CustomResourceSnapshot s)
        => s is { HealthStatus: HealthStatus.Healthy, Ready.IsCompletedSuccessfully: true }
            || (s.State?.Text == KnownResourceStates.Finished && s.ExitCode == 0);

    private async Task<string?> FailureAsync(ResourceEvent change, CancellationToken ct)
    {
        var (name, snapshot) = (change.Resource.Name, change.Snapshot);
        if (snapshot.FailureMessage is { } message) return message;
        if (snapshot.Ready is { IsFaulted: true } handlers) return $"{name} is healthy, but what follows its start failed: " +
            $"{handlers.Exception!.InnerException!.Message}";
        var failed = snapshot.State?.Text == KnownResourceStates.FailedToStart
            || (snapshot.State is { } state && KnownResourceStates.TerminalStates.Contains(state.Text) && snapshot.ExitCode is not (null or 0));
        if (!failed) return null;
        await Task.Delay(TimeSpan.FromMilliseconds(200), ct); // its last words may still be on their way
        var said = await _orchestrator.LastLinesAsync(change.ResourceId, 12, ct);
        foreach (var line in said) _console.Error($"  {name} | {line}");
        return snapshot.State!.Text == KnownResourceStates.FailedToStart
            ? $"{name} could not be started; what the orchestrator says stands above."
            : string.Create(CultureInfo.InvariantCulture,
                $"{name} {(snapshot.ExitCode < 0 ? "crashed" : $"ended with exit code {snapshot.ExitCode}")} while starting; its last lines stand above: " +
                $"correct what they say and start again.");
    }

    private static string Describe(string name, Dictionary<string, ResourceEvent> last)
    {
        var snapshot = last.Values.FirstOrDefault(e => e.Resource.Name == name)?.Snapshot;
        var report = snapshot?.HealthReports.FirstOrDefault(r => r.Status != HealthStatus.Healthy);
        return $"{name} ({snapshot?.State?.Text ?? "not begun"}{(report?.Description is { } why ? ", " + why : "")})";
    }

    private void Print(DistributedApplicationModel model, Dictionary<string, TimeSpan> ready)
    {
        var width = ready.Keys.Max(k => k.Length) + 2;
        _console.WriteLine("");
        _console.WriteLine($"  {"resource".PadRight(width)}seconds  address");
        foreach (var resource in model.Resources.Where(r => ready.ContainsKey(r.Name)))
        {
            var addresses = resource.Annotations.OfType<EndpointAnnotation>().SelectMany(e => e.Replicas).Select(r => r.UriString);
            if (resource.Name == Aspire.Hosting.Dashboard.DashboardExecutable.Name) addresses = [_orchestrator.Dashboard!.Url];
            _console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {resource.Name.PadRight(width)}{ready[resource.Name].TotalSeconds,7:0.0}  {string.Join(" ", addresses)}").TrimEnd());
        }
        _console.WriteLine("");
        foreach (var url in model.Resources.SelectMany(r
            => r.Annotations.OfType<EndpointAnnotation>().Where(e => e.IsExternal).Select(e => (r.Name, e.AllocatedEndpoint!.UriString))))
            _console.WriteLine($"  {url.Name,-12} {url.UriString}");
        if (_orchestrator.Dashboard is { } dashboard) _console.WriteLine($"  {"dashboard",-12} {dashboard.LoginUrl}");
        _console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"\n  All {ready.Count} resources are healthy after {_clock.Elapsed.TotalSeconds:0.0} s. Ctrl+C stops them."));
    }
}
