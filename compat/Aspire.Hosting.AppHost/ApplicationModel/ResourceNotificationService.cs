using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A new snapshot of an instance of a resource.</summary>
public class ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
{
    /// <summary>The resource.</summary>
    public IResource Resource { get; } = resource;

    /// <summary>The id of the instance: unique in the application, and the resource's name where there is only one.</summary>
    public string ResourceId { get; } = resourceId;

    /// <summary>What is known about the instance.</summary>
    public CustomResourceSnapshot Snapshot { get; } = snapshot;
}

/// <summary>Options of <see cref="ResourceNotificationService"/>.</summary>
public sealed class ResourceNotificationServiceOptions
{
    /// <summary>What waiting does, unless it says so itself, when the other resource failed. An application with a dashboard goes on waiting, because
    /// somebody may start the resource there; one without gives up.</summary>
    public WaitBehavior DefaultWaitBehavior { get; set; }
}

/// <summary>Knows the state of every instance of every resource, and tells those who watch or wait.</summary>
/// <remarks>
/// One lock orders everything: updates are few (some tens a second at start) and the callbacks that run inside it are short.
/// Waiting looks at every single update, so a state that lasts a millisecond is not missed; watchers that fall behind are bounded (see <see cref="Watcher"/>).
/// </remarks>
public class ResourceNotificationService : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, ResourceEvent> _current = new(StringComparer.OrdinalIgnoreCase);
    private readonly CancellationTokenSource _stopping;
    private readonly ILogger<ResourceNotificationService> _logger;
    private readonly IServiceProvider _serviceProvider;
    private readonly ResourceLoggerService _resourceLoggerService;
    private ImmutableArray<Watcher> _watchers = [];
    private ImmutableArray<Waiter> _waiters = [];

    /// <summary>Starts without any state. All waits and watches end when the host stops.</summary>
    public ResourceNotificationService(ILogger<ResourceNotificationService> logger, IHostApplicationLifetime hostApplicationLifetime,
        IServiceProvider serviceProvider, ResourceLoggerService resourceLoggerService)
    {
        _logger = logger;
        _serviceProvider = serviceProvider;
        _resourceLoggerService = resourceLoggerService;
        _stopping = CancellationTokenSource.CreateLinkedTokenSource(hostApplicationLifetime.ApplicationStopping);
    }

    private WaitBehavior DefaultWaitBehavior
        => _serviceProvider.GetService<IOptions<ResourceNotificationServiceOptions>>()?.Value.DefaultWaitBehavior ?? WaitBehavior.StopOnResourceUnavailable;

    /// <summary>Changes the snapshots of all instances of a resource.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="stateFactory">Makes the new snapshot from the last one; must be quick and must not wait.</param>
    public Task PublishUpdateAsync(IResource resource, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(stateFactory);
        foreach (var id in resource.GetResourceIds()) Publish(resource, id, stateFactory);
        return Task.CompletedTask;
    }

    /// <summary>Changes the snapshot of one instance of a resource.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="resourceId">The instance.</param>
    /// <param name="stateFactory">Makes the new snapshot from the last one; must be quick and must not wait.</param>
    public Task PublishUpdateAsync(IResource resource, string resourceId, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentException.ThrowIfNullOrEmpty(resourceId);
        ArgumentNullException.ThrowIfNull(stateFactory);
        Publish(resource, resourceId, stateFactory);
        return Task.CompletedTask;
    }

    /// <summary>Gives the last snapshot of an instance.</summary>
    /// <returns>False when nothing was published about it.</returns>
    public bool TryGetCurrentState(string resourceId, [NotNullWhen(true)] out ResourceEvent? resourceEvent)
    {
        ArgumentException.ThrowIfNullOrEmpty(resourceId);
        lock (_lock) return _current.TryGetValue(resourceId, out resourceEvent);
    }

    /// <summary>Gives the current snapshot of every instance and then every change. A watcher that falls more than 256 updates behind sees only the last
    /// of several
    /// updates of an instance.</summary>
    public async IAsyncEnumerable<ResourceEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var batch in WatchBatchesAsync(cancellationToken))
            foreach (var resourceEvent in batch)
                yield return resourceEvent;
    }

    /// <summary>Waits until all instances of a resource are in a state.</summary>
    /// <param name="resourceName">The resource's name in the model; it need not exist yet.</param>
    /// <param name="targetState">The state; <c>Running</c> unless given.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default)
        => WaitForResourceAsync(resourceName, [targetState ?? KnownResourceStates.Running], cancellationToken);

    /// <summary>Waits until all instances of a resource are in one of some states.</summary>
    /// <returns>The state of the instance that came last.</returns>
    public async Task<string> WaitForResourceAsync(string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        var states = targetStates.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var last = await WaitAsync(resourceName, e => AllInstances(e, s => s.State is { } state && states.Contains(state.Text)), cancellationToken);
        return last.Snapshot.State!.Text;
    }

    /// <summary>Waits until an update of any instance of a resource, or its current snapshot, meets a condition.</summary>
    /// <param name="resourceName">The resource's name in the model; it need not exist yet.</param>
    /// <param name="predicate">The condition; must be quick.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<ResourceEvent> WaitForResourceAsync(string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return WaitAsync(resourceName, predicate, cancellationToken);
    }

    /// <summary>Waits until all instances of a resource are running and healthy and the subscribers to its ready event are done.</summary>
    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default)
        => WaitForResourceHealthyAsync(resourceName, DefaultWaitBehavior, cancellationToken);

    /// <summary>Waits until all instances of a resource are running and healthy and the subscribers to its ready event are done.</summary>
    /// <param name="resourceName">The resource's name in the model; it need not exist yet.</param>
    /// <param name="waitBehavior">Whether to give up when an instance ended or did not start.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DistributedApplicationException">An instance ended or did not start; or a subscriber to the ready event failed.</exception>
    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, WaitBehavior waitBehavior, CancellationToken cancellationToken = default)
        => WaitForHealthAsync(resourceName, waitBehavior, $"Stopped waiting for resource '{resourceName}'", cancellationToken);

    /// <summary>Waits for what the <see cref="WaitAnnotation"/>s of a resource name. Meanwhile the resource is in state <c>Waiting</c>; afterwards the
    /// caller sets its state.</summary>
    /// <exception cref="DistributedApplicationException">One of them cannot be waited for any longer; the message names both and says why.</exception>
    public async Task WaitForDependenciesAsync(IResource resource, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(resource);
        var annotations = resource.AnnotationsOf<WaitAnnotation>().ToList();
        if (annotations.Count == 0) return;

        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waits = annotations.ConvertAll(a => (a.Resource.Name, Task: WaitForDependencyAsync(resource, a, abandon.Token)));
        var shown = false;
        try
        {
            while (true)
            {
                foreach (var wait in waits.Where(w => w.Task.IsCompleted)) await wait.Task;
                waits.RemoveAll(w => w.Task.IsCompleted);
                if (waits.Count == 0) return;
                ShowWaiting(resource, [.. waits.Select(w => w.Name).Distinct(StringComparer.OrdinalIgnoreCase)]);
                shown = true;
                await Task.WhenAny(waits.Select(w => w.Task));
            }
        }
        finally
        {
            await abandon.CancelAsync(); // the first failure decides; nobody listens to the others
            if (shown) ShowWaiting(resource, []);
        }
    }

    /// <summary>Ends all waits and watches.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Marks a resource as ready once the task is done; those who wait for its health wait for the task too. To be called whenever all instances
    /// are healthy
    /// and one has no mark yet: the mark of an instance goes when it stops running.</summary>
    internal void SetReady(IResource resource, Task ready)
    {
        foreach (var id in resource.GetResourceIds()) Publish(resource, id, s => s with { Ready = ready });
    }

    /// <summary>Finds an instance by its id, or by the name of its resource if that has only one.</summary>
    internal bool TryFindInstance(string idOrName, [NotNullWhen(true)] out ResourceEvent? instance)
    {
        lock (_lock)
        {
            if (_current.TryGetValue(idOrName, out instance)) return true;
            var named = _current.Values.Where(e => string.Equals(e.Resource.Name, idOrName, StringComparison.OrdinalIgnoreCase)).Take(2).ToList();
            instance = named.Count == 1 ? named[0] : null;
            return instance is not null;
        }
    }

    /// <summary>Gives the current snapshots, even if there are none, and then the changes, several at a time where the consumer is slower than the
    /// updates.</summary>
    internal async IAsyncEnumerable<IReadOnlyList<ResourceEvent>> WatchBatchesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        using var watcher = new Watcher();
        List<ResourceEvent> batch;
        lock (_lock)
        {
            batch = [.. _current.Values];
            _watchers = _watchers.Add(watcher);
        }
        try
        {
            yield return batch;
            while (true)
            {
                await watcher.Signal.WaitAsync(either.Token);
                lock (_lock) batch = watcher.Take();
                if (batch.Count > 0) yield return batch; // none where the signal came while the last batch was taken
            }
        }
        finally
        {
            lock (_lock) _watchers = _watchers.Remove(watcher);
        }
    }

    private void Publish(IResource resource, string id, Func<CustomResourceSnapshot, CustomResourceSnapshot> stateFactory)
    {
        lock (_lock)
        {
            var previous = _current.TryGetValue(id, out var last) ? last.Snapshot : InitialSnapshot(resource);
            var next = stateFactory(previous);
            var isRunning = next.State?.Text == KnownResourceStates.Running;
            var isOldHealth = isRunning && previous.State?.Text != KnownResourceStates.Running && next.HealthReports == previous.HealthReports;
            next = next with
            {
                Version = previous.Version + 1,
                CreationTimeStamp = next.CreationTimeStamp ?? DateTime.UtcNow,
                Ready = isRunning ? next.Ready : null,
                // What a check said before a restart says nothing about the new run.
                HealthReports = isOldHealth ? [.. next.HealthReports.Select(r => NotYetRun(r.Name))] : next.HealthReports,
            };
            next = next with { Commands = ResourceCommandService.Describe(resource, next, _serviceProvider) };
            var update = new ResourceEvent(resource, id, next);
            _current[id] = update;
            if (_logger.IsEnabled(LogLevel.Debug) && previous.State?.Text != next.State?.Text)
                _logger.LogDebug("Resource {ResourceId} changed state: {Previous} -> {State}", id, previous.State?.Text, next.State?.Text);
            foreach (var watcher in _watchers) watcher.Add(update);
            foreach (var waiter in _waiters) waiter.Look(update);
        }
    }

    private static CustomResourceSnapshot InitialSnapshot(IResource resource)
    {
        const string Suffix = "Resource";
        var type = resource is ContainerResource ? nameof(ContainerResource) : resource.GetType().Name; // whatever runs in it
        var snapshot = resource.AnnotationsOf<ResourceSnapshotAnnotation>().LastOrDefault()?.InitialSnapshot
            ?? new CustomResourceSnapshot { ResourceType = type.EndsWith(Suffix, StringComparison.Ordinal) ? type[..^Suffix.Length] : type, Properties = [] };
        return snapshot with
        {
            // A check that has not run yet is there from the beginning, or the first moment after the start would look healthy.
            HealthReports = snapshot.HealthReports is { Length: > 0 } given ? given
                : [.. resource.AnnotationsOf<HealthCheckAnnotation>().Select(c => NotYetRun(c.Key))],
            Relationships = [.. snapshot.Relationships
                .Concat(resource.AnnotationsOf<ResourceRelationshipAnnotation>().Select(r => new RelationshipSnapshot(r.Resource.Name, r.Type))).Distinct()],
        };
    }

    /// <summary>Shows what a resource waits for. Instances that run keep their state: only a sibling of theirs is being started.</summary>
    private void ShowWaiting(IResource resource, IReadOnlyList<string> names)
    {
        foreach (var id in resource.GetResourceIds())
            Publish(resource, id, s =>
            {
                if (s.State?.Text == KnownResourceStates.Running) return s;
                var others = s.Properties.RemoveAll(p => p.Name == KnownProperties.Resource.WaitingFor);
                return names.Count == 0
                    ? s with { Properties = others }
                    : s with { State = KnownResourceStates.Waiting, Properties = others.Add(new(KnownProperties.Resource.WaitingFor, names)) };
            });
    }

    private async Task WaitForDependencyAsync(IResource resource, WaitAnnotation wait, CancellationToken cancellationToken)
    {
        var (name, behavior) = (wait.Resource.Name, wait.WaitBehavior ?? DefaultWaitBehavior);
        var who = $"Resource '{resource.Name}' cannot start: it waits for '{name}'";
        var log = _resourceLoggerService.GetLogger(resource);
        switch (wait.WaitType)
        {
            case WaitType.WaitUntilHealthy:
                log.LogInformation("Waiting for resource '{Name}' to become healthy.", name);
                await WaitForHealthAsync(name, behavior, who, cancellationToken);
                break;
            case WaitType.WaitUntilStarted:
                log.LogInformation("Waiting for resource '{Name}' to start.", name);
                await WaitForConditionAsync(name, behavior, s => s.State?.Text == KnownResourceStates.Running, who, cancellationToken);
                break;
            default:
                log.LogInformation("Waiting for resource '{Name}' to complete.", name);
                await WaitForCompletionAsync(wait, who, cancellationToken);
                break;
        }
        log.LogInformation("Finished waiting for resource '{Name}'.", name);
    }

    private async Task<ResourceEvent> WaitForHealthAsync(string resourceName, WaitBehavior behavior, string who, CancellationToken cancellationToken)
    {
        static bool IsHealthy(CustomResourceSnapshot s) => s is { HealthStatus: HealthStatus.Healthy, Ready: not null };
        var last = await WaitForConditionAsync(resourceName, behavior, IsHealthy, who, cancellationToken);
        try
        {
            await last.Snapshot.Ready!.WaitAsync(cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new DistributedApplicationException($"{who}, which is healthy, but a subscriber to its ready event failed: {e.Message}", e);
        }
        return last;
    }

    private async Task<ResourceEvent> WaitForConditionAsync(string resourceName, WaitBehavior behavior, Func<CustomResourceSnapshot, bool> condition,
        string who, CancellationToken cancellationToken)
    {
        bool Failed(CustomResourceSnapshot s) => behavior == WaitBehavior.StopOnResourceUnavailable
            && (IsTerminal(s) || s.State?.Text == KnownResourceStates.RuntimeUnhealthy);
        var last = await WaitAsync(resourceName, e => Failed(e.Snapshot) || AllInstances(e, condition), cancellationToken);
        return Failed(last.Snapshot) ? throw new DistributedApplicationException($"{who}, which is in state {Describe(last.Snapshot)}.") : last;
    }

    /// <summary>A resource that should complete and ends otherwise is an error whatever the wait behaviour: it will not end better by itself.</summary>
    private async Task WaitForCompletionAsync(WaitAnnotation wait, string who, CancellationToken cancellationToken)
    {
        bool Failed(CustomResourceSnapshot s) => s.State?.Text == KnownResourceStates.FailedToStart
            || (IsTerminal(s) && s.ExitCode is { } code && code != wait.ExitCode);
        var last = await WaitAsync(wait.Resource.Name, e => Failed(e.Snapshot) || AllInstances(e, IsTerminal), cancellationToken);
        if (Failed(last.Snapshot))
            throw new DistributedApplicationException($"{who} to complete with exit code {wait.ExitCode}, which is in state {Describe(last.Snapshot)}.");
    }

    private async Task<ResourceEvent> WaitAsync(string resourceName, Func<ResourceEvent, bool> done, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(resourceName);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        var waiter = new Waiter(resourceName, done);
        lock (_lock)
        {
            foreach (var resourceEvent in _current.Values) waiter.Look(resourceEvent);
            _waiters = _waiters.Add(waiter);
        }
        try
        {
            return await waiter.Found.WaitAsync(either.Token);
        }
        finally
        {
            lock (_lock) _waiters = _waiters.Remove(waiter);
        }
    }

    private bool AllInstances(ResourceEvent update, Func<CustomResourceSnapshot, bool> condition)
        => condition(update.Snapshot) && update.Resource.GetResourceIds().All(id => _current.TryGetValue(id, out var last) && condition(last.Snapshot));

    private static bool IsTerminal(CustomResourceSnapshot snapshot) => snapshot.State is { } state && KnownResourceStates.TerminalStates.Contains(state.Text);

    private static HealthReportSnapshot NotYetRun(string check) => new(check, Status: null, Description: null, ExceptionText: null);

    private static string Describe(CustomResourceSnapshot snapshot)
        => snapshot.ExitCode is { } code ? $"{snapshot.State?.Text} (exit code {code})" : $"{snapshot.State?.Text}";

    /// <summary>Looks at the updates of one resource until one is what it looks for.</summary>
    private sealed class Waiter(string resourceName, Func<ResourceEvent, bool> done)
    {
        private readonly TaskCompletionSource<ResourceEvent> _found = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<ResourceEvent> Found => _found.Task;

        public void Look(ResourceEvent update)
        {
            if (_found.Task.IsCompleted || !string.Equals(update.Resource.Name, resourceName, StringComparison.OrdinalIgnoreCase)) return;
            try
            {
                if (done(update)) _found.TrySetResult(update);
            }
            catch (Exception e)
            {
                _found.TrySetException(e); // the fault of the one who waits, not of the one who publishes
            }
        }
    }

    /// <summary>Keeps every update until it is taken; beyond a limit only the last one of each instance, so it holds at most the limit plus one per
    /// instance.</summary>
    private sealed class Watcher : IDisposable
    {
        private const int UpdatesMax = 256;
        private List<ResourceEvent> _updates = [];

        public SemaphoreSlim Signal { get; } = new(0, 1);

        public void Add(ResourceEvent update)
        {
            if (_updates.Count >= UpdatesMax) _updates.RemoveAll(u => u.ResourceId == update.ResourceId);
            _updates.Add(update);
            if (Signal.CurrentCount == 0) Signal.Release();
        }

        public List<ResourceEvent> Take()
        {
            var taken = _updates;
            _updates = [];
            return taken;
        }

        public void Dispose() => Signal.Dispose();
    }
}
