using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tests.Cluster;

namespace Tests.Faults;

/// <summary>Test classes of this collection share one cluster with two replicas of every API of the checkout. Each class leaves it intact.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SharedFaults : ICollectionFixture<FaultCluster>
{
    public const string Name = "Faults";
}

/// <summary>A cluster whose parts can be killed, stopped and restarted. Its data is kept until the cluster is disposed.</summary>
public class FaultCluster(SharedShop shared) : ClusterFixture(shared)
{
    public const int Replicas = 2;

    private static readonly TimeSpan DeathLimit = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    public static readonly IReadOnlyList<string> Apis = ["stock-api", "payment-api", "order-api"];

    /// <summary>Requests that together access every store through the gateway.</summary>
    private static readonly string[] Reads = ["/stock/find/0", "/payment/find_user/0", "/orders/find/0"];

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(1) }, _patient = new() { Timeout = TimeSpan.FromMinutes(1) };

    /// <summary>Instances started with a custom setting.</summary>
    private readonly HashSet<string> _armed = [];

    private (string Name, string Value)? _setting;

    /// <summary>Makes services started from now on export full telemetry to the dashboard.</summary>
    private bool _tells;

    private NpgsqlDataSource? _orders;

    private NpgsqlDataSource? _payments;

    /// <summary>Command-line arguments of the AppHost.</summary>
    protected virtual IEnumerable<string> Arguments =>
    [
        .. Apis.Select(api => $"--Replicas:{api}={Replicas}"), "--ASPIRE_CONTAINER_RUNTIME=none", // signals are sent to local processes
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Database of Order.Api.</summary>
    public NpgsqlDataSource Orders => _orders ?? throw new InvalidOperationException("The cluster is not started.");

    /// <summary>Database of Payment.Api.</summary>
    public NpgsqlDataSource Payments => _payments ?? throw new InvalidOperationException("The cluster is not started.");

    public override async ValueTask InitializeAsync()
    {
        await StartOwnAsync(Configure, [.. Arguments]);
        // No pool: its connections would be broken after a crash of Postgres.
        _orders = NpgsqlDataSource.Create(await Cluster.App.GetConnectionStringAsync("orders") + ";Pooling=false");
        _payments = NpgsqlDataSource.Create(await Cluster.App.GetConnectionStringAsync("payments") + ";Pooling=false");
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _http.Dispose();
        _patient.Dispose();
        if (_orders is not null) await _orders.DisposeAsync();
        if (_payments is not null) await _payments.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <summary>Returns up to the given number of instances of a resource, by id.</summary>
    public IReadOnlyList<string> Instances(string resource, int count = int.MaxValue)
        => [.. Cluster.Instances(resource).Select(i => i.ResourceId).Take(count)];

    /// <summary>Sends a signal to all processes of the instances.</summary>
    public void Send(Signal signal, IReadOnlyList<string> instances)
    {
        foreach (var id in instances) signal.Send(RunningCluster.ProcessId(Find(id))!.Value);
    }

    /// <summary>Waits until the instances are dead, and returns the time until the last one was.</summary>
    public async Task<TimeSpan> DeadAsync(IReadOnlyList<string> instances)
    {
        var clock = Stopwatch.StartNew();
        foreach (var id in instances)
            await Eventually.EqualAsync((id, true), () => Task.FromResult((id, IsDead(id))), DeathLimit);
        return clock.Elapsed;
    }

    /// <summary>Restarts a dead instance, optionally with a custom setting for an API.</summary>
    public async Task StartAsync(string instance, (string Name, string Value)? setting = null)
    {
        _setting = setting;
        if (setting is null) _armed.Remove(instance);
        else _armed.Add(instance);
        var result = await Cluster.App.ResourceCommands.ExecuteCommandAsync(
            instance, KnownResourceCommands.StartCommand, Ct);
        Assert.True(result.Success, $"start {instance}: {result.Message}");
    }

    /// <summary>Kills instances of services and restarts them.</summary>
    /// <param name="instances">Running instances.</param>
    /// <param name="tells">Whether they export full telemetry from then on. After any other start they export none.</param>
    public async Task RestartAsync(IReadOnlyList<string> instances, bool tells = false)
    {
        Send(Signal.Kill, instances);
        await DeadAsync(instances);
        _tells = tells;
        foreach (var instance in instances) await StartAsync(instance);
        _tells = false;
        await WholeAsync();
    }

    /// <summary>Returns the processes of an instance, root process first.</summary>
    public IReadOnlyList<int> Processes(string instance) => ProcessTable.Tree(RunningCluster.ProcessId(Find(instance))!.Value);

    /// <summary>Returns the current process of the instance, or null if it has none.</summary>
    public int? TryProcess(string instance) => IsDead(instance) ? null : RunningCluster.ProcessId(Find(instance));

    /// <summary>Address of a replica itself, bypassing the gateway.</summary>
    public Uri Address(string instance) => new(Find(instance).Snapshot.Urls.First(url => url.Name == "http").Url);

    /// <summary>Calls an instance directly, bypassing the gateway.</summary>
    public Task<JsonElement> AskAsync(string instance, string path) => _patient.GetFromJsonAsync<JsonElement>(new Uri(Address(instance), path), Ct);

    /// <summary>Returns an invariant's state from the reconciliation of an Order.Api.</summary>
    public async Task<JsonElement> InvariantAsync(string orderApi, string name) => Invariant(await AskAsync(orderApi, "internal/reconciliation"), name);

    /// <summary>Returns an invariant's state from a reconciliation report.</summary>
    public static JsonElement Invariant(JsonElement report, string name)
        => report.GetProperty("invariants").EnumerateArray().Single(one => one.GetProperty("name").GetString() == name);

    /// <summary>Returns whether the log of an Order.Api reports a violation of the invariant.</summary>
    public async Task AssertViolationLoggedAsync(string orderApi, string name)
    {
        var words = $"Invariant {name} is violated";
        Assert.Contains(words, await Eventually.UntilAsync(() => LogAsync(orderApi), log => log.Contains(words, StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    /// <summary>Returns the log of an instance since its last start.</summary>
    public async Task<string> LogAsync(string instance)
    {
        List<string> lines = [];
        await foreach (var batch in Cluster.App.Services.GetRequiredService<ResourceLoggerService>().GetAllAsync(instance).WithCancellation(
            Ct)) lines.AddRange(batch.Select(line => line.Content));
        return string.Join('\n', lines);
    }

    /// <summary>Waits until all replicas are ready and every store responds through the gateway.</summary>
    public Task WholeAsync() => Eventually.NothingAsync(MissingAsync, StartLimit);

    /// <summary>Restarts everything that a failed test left stopped or dead.</summary>
    public async Task HealAsync()
    {
        // Aspire has no command to restart its dashboard.
        foreach (var instance in Cluster.All.Where(i => i.Resource is ProjectResource or ExecutableResource { Name: not "aspire-dashboard" }
            && !i.Resource.HasAnnotationOfType<ExplicitStartupAnnotation>()).ToList())
        {
            var isArmed = _armed.Contains(instance.ResourceId);
            if (!IsDead(instance.ResourceId) && RunningCluster.ProcessId(Find(instance.ResourceId)) is { } id)
                foreach (var process in ProcessTable.Tree(id)) (isArmed ? Signal.Kill : Signal.Continue).TrySend(process); // may be exiting right now
            if (isArmed) await DeadAsync([instance.ResourceId]);
            if (IsDead(instance.ResourceId)) await StartAsync(instance.ResourceId);
        }
        await WholeAsync();
    }

    private void Configure(IDistributedApplicationTestingBuilder builder)
    {
        foreach (var resource in builder.Resources.OfType<ProjectResource>())
        {
            var project = builder.CreateResourceBuilder(resource);
            project.WithEnvironment(context =>
            {
                // Full telemetry costs more than the services' actual work.
                if (!_tells) context.EnvironmentVariables["OTEL_EXPORTER_OTLP_ENDPOINT"] = "";
                if (_setting is (var name, var value)) context.EnvironmentVariables[name] = value;
            });
        }
    }

    private bool IsDead(string instance) => KnownResourceStates.TerminalStates.Contains(Find(instance).Snapshot.State?.Text ?? "");

    /// <summary>Returns the state after the last command. Watched state arrives with a delay.</summary>
    private ResourceEvent Find(string instance)
        => Cluster.App.ResourceNotifications.TryGetCurrentState(instance, out var current) ? current
            : throw new InvalidOperationException($"There is no instance {instance}.");

    private async Task<string> MissingAsync()
    {
        foreach (var api in Apis)
            foreach (var replica in Cluster.Instances(api))
                if (!await AnswersAsync(new Uri(Address(replica.ResourceId), "health"))) return replica.ResourceId;
        foreach (var read in Reads)
            if (!await AnswersAsync(new Uri(Cluster.App.GetEndpoint("gateway"), read))) return read;
        return "";
    }

    private async Task<bool> AnswersAsync(Uri address)
    {
        try
        {
            using var answer = await _http.GetAsync(address, Ct);
            return answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound; // an id that does not exist gets a response too
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !Ct.IsCancellationRequested)
        {
            return false;
        }
    }
}
