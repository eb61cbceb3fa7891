using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Threading.Channels;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Lifecycle;
using Aspire.Hosting.Native;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Starts and stops the orchestrator with the host.</summary>
internal sealed class OrchestratorHost(Orchestrator orchestrator) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => orchestrator.StartAsync(cancellationToken);

    public async Task StopAsync(CancellationToken cancellationToken) => await orchestrator.DisposeAsync();
}

/// <summary>Turns the model into running processes and containers, and their states into the model's.</summary>
internal sealed partial class Orchestrator(DistributedApplicationModel model, IDistributedApplicationEventing eventing,
    ResourceNotificationService notifications, ResourceLoggerService loggers,
    HealthMonitor health, DashboardServiceHost dashboardService, AppHostConsole console, IServiceProvider services) : IAsyncDisposable, IConsoleLogSource
{
    private const int DashboardRestartsMax = 3;
    private static readonly TimeSpan DashboardPause = TimeSpan.FromSeconds(2);

    // The host's stop ends all waits for states, so it must end the loops around them too.
    private readonly CancellationTokenSource _stopping = CancellationTokenSource.CreateLinkedTokenSource(services.GetRequiredService<IHostApplicationLifetime>()
        .ApplicationStopping);
    private readonly Dictionary<string, Workload> _workloads = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Workload> _byObject = [];

    /// <summary>The runs of the dashboard that ended.</summary>
    private readonly HashSet<string> _deadDashboards = [];
    private readonly List<Task> _background = [];

    /// <summary>The programs in front of native engines.</summary>
    private readonly HashSet<IResource> _gateways = [];
    private readonly IConfiguration _configuration = services.GetRequiredService<IConfiguration>();
    private readonly DistributedApplicationExecutionContext _context = services.GetRequiredService<DistributedApplicationExecutionContext>();
    private readonly bool _randomizePorts = services.GetRequiredService<IConfiguration>().GetValue("DcpPublisher:RandomizePorts", false);
    private WorkDirectory? _work;
    private Dcp? _dcp;
    private Lazy<Task<IReadOnlyDictionary<string, string>>>? _projects;
    private Lazy<Task<EngineRoot>>? _engines;
    private int _disposed;

    /// <summary>Where to log in to the dashboard; null without one.</summary>
    public DashboardLogin? Dashboard { get; private set; }

    public async Task StartAsync(CancellationToken ct)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, _stopping.Token);
        ct = linked.Token;
        foreach (var subscriber in services.GetServices<IDistributedApplicationEventingSubscriber>()) await subscriber.SubscribeAsync(eventing, _context, ct);
        await eventing.PublishAsync(new BeforeStartEvent(services, model), ct);
        TakeFixedPorts();

        var bundle = await DcpBundle.EnsureAsync(s => console.Progress("orchestrator", s), ct);
        _work = new WorkDirectory();
        var engine = await ContainerEngine.DetectAsync(bundle, model, _configuration, ct);
        await AddDashboardAsync(bundle, ct);
        PrepareResources(engine);
        foreach (var resource in model.Resources) await AllocateAsync(resource, ct);

        _dcp = await Dcp.StartAsync(bundle, _work.Session, engine.Runtime, ct);
        loggers.ConsoleLogSource = this;
        Run(WatchAsync(DcpKind.Executable));
        if (engine.Runtime is not null) Run(WatchAsync(DcpKind.Container));
        foreach (var resource in model.Resources)
        {
            Run(health.WatchAsync(resource, _stopping.Token));
            Run(BeginAsync(resource));
        }
        await eventing.PublishAsync(new AfterResourcesCreatedEvent(services, model), ct);
    }

    /// <summary>Stops everything; returns when no process of the application is left.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stopping.CancelAsync();
        Task[] background;
        lock (_background) background = [.. _background];
        await Task.WhenAll(background).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_dcp is not null)
        {
            // Programs before what they use: they finish their work and deliver their last telemetry; DCP would stop all at once.
            // A gateway is part of an engine.
            using var limit = new CancellationTokenSource(Limits.ResourceStop);
            await Task.WhenAll(_workloads.Values.Where(w => w.Runs == Runs.Project && w.Exists && !_gateways.Contains(w.Resource))
                .Select(w => _dcp.DeleteAsync(w.Kind, w.ObjectName, limit.Token)))
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _dcp.DisposeAsync();
        }
        await dashboardService.DisposeAsync();
        _work?.Dispose();
        _stopping.Dispose();
    }

    /// <summary>What an instance wrote, standard output and error in one stream. Following goes on after a restart.</summary>
    public async IAsyncEnumerable<IReadOnlyList<LogLine>> GetLogsAsync(string resourceId, bool follow, [EnumeratorCancellation] CancellationToken ct)
    {
        if (!_workloads.TryGetValue(resourceId, out var workload)) yield break;
        var number = 0;
        while (true)
        {
            var run = workload.Exists ? workload.ObjectName : null;
            if (run is not null)
                await foreach (var batch in ReadRunAsync(workload.Kind, run, follow, ct))
                    // Standard output and error come separately; their time stamps have a fixed width.
                    yield return [.. batch.OrderBy(l => l.Content[..Math.Min(l.Content.Length, 24)], StringComparer.Ordinal)
                        .Select(l => l with { LineNumber = ++number })];
            if (!follow) yield break;
            await notifications.WaitForResourceAsync(workload.Resource.Name, _ => workload.Exists && workload.ObjectName != run, ct);
        }
    }

    private async IAsyncEnumerable<IReadOnlyList<LogLine>> ReadRunAsync(DcpKind kind, string name, bool follow, [EnumeratorCancellation] CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, _stopping.Token);
        var lines = Channel.CreateBounded<LogLine>(1000);
        string[] sources = kind == DcpKind.Container ? ["system", "startup_stderr", "stdout", "stderr"] : ["system", "stdout", "stderr"];
        _ = Task.WhenAll(sources.Select(ReadAsync))
            .ContinueWith(_ => lines.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        while (await lines.Reader.WaitToReadAsync(ct))
        {
            List<LogLine> batch = [];
            while (batch.Count < 500 && lines.Reader.TryRead(out var line)) batch.Add(line);
            yield return batch;
        }

        async Task ReadAsync(string source)
        {
            try
            {
                await foreach (var line in _dcp!.LogAsync(kind, name, source, follow, stop.Token))
                    // DCP's own remarks are worth reading when something is wrong.
                    if (source != "system" || line.Contains("\terror\t", StringComparison.Ordinal))
                        await lines.Writer.WriteAsync(new LogLine(0, line, source != "stdout"), stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException) { }
        }
    }

    /// <summary>The last lines that an instance wrote, for messages about its end.</summary>
    public async Task<IReadOnlyList<string>> LastLinesAsync(string resourceId, int count, CancellationToken ct)
    {
        Queue<string> last = new();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(TimeSpan.FromSeconds(3));
        try
        {
            await foreach (var batch in GetLogsAsync(resourceId, follow: false, limit.Token))
                foreach (var line in batch.Where(l => l.Content.Trim().Length > 0))
                {
                    if (last.Count == count) last.Dequeue();
                    last.Enqueue(line.Content);
                }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested) { }
        return [.. last];
    }

    private void Run(Task task)
    {
        lock (_background)
        {
            _background.RemoveAll(t => t.IsCompleted);
            _background.Add(task);
        }
    }

    private void TakeFixedPorts()
    {
        foreach (var resource in model.Resources.Where(r => ExternalConnections.Of(r) is null && !ExternalConnections.AllChildrenAre(model, r)))
            foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
                if (!_randomizePorts && endpoint.Port is { } port && !Ports.TryTake(port))
                    throw new DistributedApplicationException(string.Create(CultureInfo.InvariantCulture,
                        $"Port {port}, which '{resource.Name}' is to listen on, is taken by another program ('ss -ltnp sport = :{port}' shows which one): " +
                        $"end that program, or give '{resource.Name}' another port in the AppHost."));
    }

    private async Task AddDashboardAsync(DcpBundle bundle, CancellationToken ct)
    {
        if (services.GetRequiredService<DistributedApplicationOptions>().DisableDashboard) return;
        await dashboardService.StartAsync(ct);
        (var resource, Dashboard) = DashboardExecutable.Create(bundle.Dashboard, dashboardService, _configuration);
        model.Resources.Add(resource);
    }

    /// <summary>Decides for each resource how it runs, names its instances and gives it its commands.</summary>
    private void PrepareResources(ContainerEngine engine)
    {
        AddGateways(engine);
        List<string> projects = [.. model.Resources.OfType<ProjectResource>().Select(p => p.GetProjectMetadata().ProjectPath).Distinct()];
        _projects = new(() => new ProjectBuilder(projects, services.GetRequiredService<AppHostAssembly>().Value, _work!.For("build"), console)
            .BuildAsync(_stopping.Token));
        _engines = new(() => EngineRoot.EnsureAsync(new EngineRootOptions(), s => console.Progress("engines", s), _stopping.Token));
        foreach (var resource in model.Resources)
        {
            var runs = HowRuns(resource, engine);
            if (runs == Runs.Elsewhere) continue;
            var ids = Enumerable.Range(0, resource.GetReplicaCount())
                .Select(_ => $"{resource.Name}-{RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 8)}").ToList();
            resource.SetResourceIds(ids);
            for (var replica = 0; replica < ids.Count; replica++) _workloads[ids[replica]] = new Workload(resource, ids[replica], replica, runs);
            if (resource is not ExecutableResource { Name: DashboardExecutable.Name }) AddCommands(resource);
        }
    }

    private Runs HowRuns(IResource resource, ContainerEngine engine) => resource switch
    {
        _ when ExternalConnections.Of(resource) is not null || ExternalConnections.AllChildrenAre(model, resource) => Runs.Elsewhere,
        ProjectResource => Runs.Project,
        ExecutableResource => Runs.Executable,
        ContainerResource => engine.RunsNatively(resource) ? Runs.Native : Runs.Container,
        _ => Runs.Elsewhere,
    };

    /// <summary>A native engine that does not speak its clients' protocol gets the program that does, as one more resource.</summary>
    private void AddGateways(ContainerEngine engine)
    {
        foreach (var resource in model.Resources.Where(r => HowRuns(r, engine) == Runs.Native).ToList())
        {
            if (!resource.TryGetLastAnnotation<NativeGatewayAnnotation>(out var native)) continue;
            native.EngineFolder = NativeContainers.ScratchPath(_work!.For(resource.Name), resource.Name);
            model.Resources.Add(native.Gateway);
            _gateways.Add(native.Gateway);
        }
    }

    /// <summary>
    /// Finds the ports. There is no proxy in between: what listens is what is called, each replica on a port of its own. Only a container of a container engine
    /// has a port inside that differs from the one outside.
    /// </summary>
    private async Task AllocateAsync(IResource resource, CancellationToken ct)
    {
        var replicas = resource.GetReplicaCount();
        var container = _workloads.TryGetValue(resource.GetResourceIds()[0], out var workload) && workload.Runs == Runs.Container;
        var endpoints = resource.Annotations.OfType<EndpointAnnotation>().ToList();
        foreach (var endpoint in endpoints)
        {
            var fixedPort = (_randomizePorts ? null : endpoint.Port) ?? (container || workload?.Runs == Runs.Native ? null : endpoint.TargetPort);
            if (fixedPort is not null && replicas > 1)
                throw new DistributedApplicationException($"Resource '{resource.Name}' has {replicas} replicas and a fixed port for '{endpoint.Name}'; take " +
                    $"out the port.");
            var address = resource is ContainerResource ? "127.0.0.1" : endpoint.TargetHost;
            endpoint.Replicas = [.. Enumerable.Range(0, replicas).Select(_ =>
            {
                var port = fixedPort ?? Ports.Free();
                var target = container && !UsesHostNetwork(resource) ? endpoint.TargetPort ?? port : port;
                return new AllocatedEndpoint(endpoint, address, port, target.ToString(CultureInfo.InvariantCulture));
            })];
            endpoint.AllocatedEndpoint = endpoint.Replicas[0];
        }
        if (endpoints.Count > 0) await eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(resource, services), ct);
    }

    /// <summary>
    /// A container that calls processes of this host shares the host's network: they listen on loopback only, which a container's own network does not reach.
    /// </summary>
    private static bool UsesHostNetwork(IResource resource)
        => resource.Annotations.OfType<ResourceRelationshipAnnotation>().Any(r => r.Type == "Reference" && r.Resource is ProjectResource or ExecutableResource);

    private async Task BeginAsync(IResource resource)
    {
        try
        {
            var parent = (resource as IResourceWithParent)?.Parent
                ?? resource.Annotations.OfType<ResourceRelationshipAnnotation>().LastOrDefault(r => r.Type == "Parent")?.Resource;
            await eventing.PublishAsync(new InitializeResourceEvent(resource, eventing, loggers, notifications, services), _stopping.Token);
            if (_workloads.ContainsKey(resource.GetResourceIds()[0]))
            {
                if (resource.HasAnnotationOfType<ExplicitStartupAnnotation>()) await notifications.PublishUpdateAsync(resource, s
                    => s with { State = KnownResourceStates.NotStarted });
                else await StartResourceAsync(resource, [.. resource.GetResourceIds().Select(id => _workloads[id])], _stopping.Token);
            }
            else
            {
                await ShowAsync(resource, parent);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested) { }
        catch (Exception e)
        {
            await FailAsync(resource, e);
        }
    }

    /// <summary>A resource that this orchestrator does not run: a parameter, an external server, or something that lives inside its parent.</summary>
    private async Task ShowAsync(IResource resource, IResource? parent)
    {
        if (ExternalConnections.AllChildrenAre(model, resource))
        {
            await notifications.PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.NotStarted });
            return;
        }
        if (resource is ParameterResource parameter) await ShowParameterAsync(parameter);
        else if (parent is null || ExternalConnections.Of(resource) is not null) await notifications.PublishUpdateAsync(resource, s
            => s with { State = KnownResourceStates.Running, StartTimeStamp = DateTime.UtcNow });
        if (resource is IResourceWithConnectionString source) await AnnounceConnectionStringAsync(source);
        if (parent is null || ExternalConnections.Of(resource) is not null) return;
        await foreach (var change in notifications.WatchAsync(_stopping.Token))
            if (ReferenceEquals(change.Resource, parent))
                await notifications.PublishUpdateAsync(resource, s
                    => s with { State = change.Snapshot.State, StartTimeStamp = change.Snapshot.StartTimeStamp,
                    StopTimeStamp = change.Snapshot.StopTimeStamp });
    }

    private async Task ShowParameterAsync(ParameterResource parameter)
    {
        try
        {
            var value = await parameter.GetValueAsync(_stopping.Token);
            await notifications.PublishUpdateAsync(parameter, s => s with
            {
                State = KnownResourceStates.Running,
                Properties = s.Properties.Set(new ResourcePropertySnapshot(KnownProperties.Parameter.Value, value) { IsSensitive = parameter.Secret }),
            });
        }
        catch (MissingParameterValueException e)
        {
            loggers.GetLogger(parameter).LogError("{Message}", e.Message);
            await notifications.PublishUpdateAsync(parameter, s
                => s with { State = new ResourceStateSnapshot(KnownResourceStates.ValueMissing, KnownResourceStateStyles.Error) });
        }
    }

    private async Task AnnounceConnectionStringAsync(IResourceWithConnectionString resource)
    {
        var value = await resource.GetConnectionStringAsync(_stopping.Token);
        await notifications.PublishUpdateAsync(resource, s => s with
        {
            Properties = s.Properties.Set(new ResourcePropertySnapshot(KnownProperties.Resource.ConnectionString, value) { IsSensitive = true }),
        });
        await eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, services), _stopping.Token);
    }

    private async Task FailAsync(IResource resource, Exception e)
    {
        loggers.GetLogger(resource).LogError("{Message}", e is DistributedApplicationException ? e.Message : e.ToString());
        foreach (var id in resource.GetResourceIds())
            await notifications.PublishUpdateAsync(resource, id, s => s with
            {
                State = new ResourceStateSnapshot(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error),
                StopTimeStamp = DateTime.UtcNow,
                FailureMessage = e is DistributedApplicationException ? e.Message
                    : $"{resource.Name} could not be started ({e.GetType().Name}: {e.Message}); its log in the dashboard may tell more.",
            });
    }
}

/// <summary>How a resource runs.</summary>
internal enum Runs
{
    /// <summary>Not by this orchestrator.</summary>
    Elsewhere,

    /// <summary>As the program that its project builds.</summary>
    Project,

    /// <summary>As a program of this machine.</summary>
    Executable,

    /// <summary>As an engine of the private engine root.</summary>
    Native,

    /// <summary>In a container engine.</summary>
    Container,
}

/// <summary>One instance of a resource.</summary>
internal sealed class Workload(IResource resource, string id, int replica, Runs runs)
{
    private int _generation;

    public IResource Resource { get; } = resource;

    /// <summary>What the dashboard calls it, the same for life.</summary>
    public string Id { get; } = id;

    public int Replica { get; } = replica;

    public Runs Runs { get; } = runs;

    public DcpKind Kind => Runs == Runs.Container ? DcpKind.Container : DcpKind.Executable;

    /// <summary>What the orchestrator calls it: another name after each start, so that late news of the last one is not taken for the new one's.</summary>
    public string ObjectName { get; private set; } = id;

    /// <summary>Whether the orchestrator has an object for it.</summary>
    public bool Exists { get; set; }

    /// <summary>Only one start or stop at a time.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    public void NextObjectName() => ObjectName = _generation++ == 0 ? Id : $"{Id}-{_generation.ToString(CultureInfo.InvariantCulture)}";
}
