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

/// <summary>The classes of this collection share one cluster with two replicas of every API of the checkout; each leaves it whole.</summary>
[CollectionDefinition(Name)]
public sealed class SharedFaults : ICollectionFixture<FaultCluster>
{
    public const string Name = "Faults";
}

/// <summary>A cluster whose parts can be killed, stopped, and started again. Its data stays for as long as it lives, whatever dies.</summary>
public class FaultCluster : ClusterFixture
{
    public const int Replicas = 2;

    private static readonly TimeSpan DeathLimit = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    public static readonly IReadOnlyList<string> Apis = ["stock-api", "payment-api", "order-api"];

    /// <summary>What asks every store through the gateway.</summary>
    private static readonly string[] Reads = ["/stock/find/0", "/payment/find_user/0", "/orders/find/0"];

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(1) }, _patient = new() { Timeout = TimeSpan.FromMinutes(1) };

    /// <summary>Instances that were started with a setting.</summary>
    private readonly HashSet<string> _armed = [];

    private (string Name, string Value)? _setting;

    /// <summary>Services that start now tell the dashboard everything.</summary>
    private bool _tells;

    private NpgsqlDataSource? _orders;

    private NpgsqlDataSource? _payments;

    /// <summary>Of the AppHost's command line.</summary>
    protected virtual IEnumerable<string> Arguments =>
    [
        .. Apis.Select(api => $"--Replicas:{api}={Replicas}"), "--ASPIRE_CONTAINER_RUNTIME=none", // signals go to processes of this machine
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Order.Api's database.</summary>
    public NpgsqlDataSource Orders => _orders ?? throw new InvalidOperationException("The cluster is not started.");

    /// <summary>Payment.Api's database.</summary>
    public NpgsqlDataSource Payments => _payments ?? throw new InvalidOperationException("The cluster is not started.");

    public override async ValueTask InitializeAsync()
    {
        Use(await StartAsync(Configure, arguments: [.. Arguments]));
        // No pool: its connections would be dead after Postgres was.
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

    /// <summary>Instances of a resource by their ids, so many at most.</summary>
    public IReadOnlyList<string> Instances(string resource, int count = int.MaxValue)
        => [.. Cluster.Instances(resource).Select(i => i.ResourceId).Take(count)];

    /// <summary>Sends a signal to instances, all processes of each.</summary>
    public void Send(Signal signal, IReadOnlyList<string> instances)
    {
        foreach (var id in instances) signal.Send(RunningCluster.ProcessId(Find(id))!.Value);
    }

    /// <summary>Waits until instances are dead, and says how long after the call the last one was.</summary>
    public async Task<TimeSpan> DeadAsync(IReadOnlyList<string> instances)
    {
        var clock = Stopwatch.StartNew();
        foreach (var id in instances)
            await Eventually.EqualAsync((id, true), () => Task.FromResult((id, IsDead(id))), DeathLimit);
        return clock.Elapsed;
    }

    /// <summary>Starts a dead instance again; of an API with a setting that others do not have, where one is given.</summary>
    public async Task StartAsync(string instance, (string Name, string Value)? setting = null)
    {
        _setting = setting;
        if (setting is null) _armed.Remove(instance);
        else _armed.Add(instance);
        var result = await Cluster.App.ResourceCommands.ExecuteCommandAsync(
            instance, KnownResourceCommands.StartCommand, Ct);
        Assert.True(result.Success, $"start {instance}: {result.Message}");
    }

    /// <summary>Kills instances of services and starts them again.</summary>
    /// <param name="instances">They are alive.</param>
    /// <param name="tells">From then on they tell the dashboard all their telemetry; after any other start they tell it none.</param>
    public async Task RestartAsync(IReadOnlyList<string> instances, bool tells = false)
    {
        Send(Signal.Kill, instances);
        await DeadAsync(instances);
        _tells = tells;
        foreach (var instance in instances) await StartAsync(instance);
        _tells = false;
        await WholeAsync();
    }

    /// <summary>The processes of an instance, the one first that has started the others.</summary>
    public IReadOnlyList<int> Processes(string instance) => ProcessTable.Tree(RunningCluster.ProcessId(Find(instance))!.Value);

    /// <summary>The process that an instance is now; null while it has none.</summary>
    public int? TryProcess(string instance) => IsDead(instance) ? null : RunningCluster.ProcessId(Find(instance));

    /// <summary>Where a replica answers itself, not through the gateway.</summary>
    public Uri Address(string instance) => new(Find(instance).Snapshot.Urls.First(url => url.Name == "http").Url);

    /// <summary>What an instance itself answers, not through the gateway.</summary>
    public Task<JsonElement> AskAsync(string instance, string path) => _patient.GetFromJsonAsync<JsonElement>(new Uri(Address(instance), path), Ct);

    /// <summary>What the reconciliation of an Order.Api says of an invariant.</summary>
    public async Task<JsonElement> InvariantAsync(string orderApi, string name) => Invariant(await AskAsync(orderApi, "internal/reconciliation"), name);

    /// <summary>What a report of the reconciliation says of an invariant.</summary>
    public static JsonElement Invariant(JsonElement report, string name)
        => report.GetProperty("invariants").EnumerateArray().Single(one => one.GetProperty("name").GetString() == name);

    /// <summary>The log of an Order.Api says that an invariant is violated.</summary>
    public async Task AssertViolationLoggedAsync(string orderApi, string name)
    {
        var words = $"Invariant {name} is violated";
        Assert.Contains(words, await Eventually.UntilAsync(() => LogAsync(orderApi), log => log.Contains(words, StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    /// <summary>What an instance has written since its last start.</summary>
    public async Task<string> LogAsync(string instance)
    {
        List<string> lines = [];
        await foreach (var batch in Cluster.App.Services.GetRequiredService<ResourceLoggerService>().GetAllAsync(instance).WithCancellation(
            Ct)) lines.AddRange(batch.Select(line => line.Content));
        return string.Join('\n', lines);
    }

    /// <summary>Waits until all replicas say they are ready and every store answers through the gateway.</summary>
    public async Task WholeAsync()
        => Assert.Equal("", await Eventually.UntilAsync(MissingAsync, missing => missing.Length == 0, StartLimit));

    /// <summary>Brings back what a failed test left stopped or dead.</summary>
    public async Task HealAsync()
    {
        // Aspire has no command to start its dashboard again.
        foreach (var instance in Cluster.All.Where(i => i.Resource is ProjectResource or ExecutableResource { Name: not "aspire-dashboard" }
            && !i.Resource.HasAnnotationOfType<ExplicitStartupAnnotation>()).ToList())
        {
            var isArmed = _armed.Contains(instance.ResourceId);
            if (!IsDead(instance.ResourceId) && RunningCluster.ProcessId(Find(instance.ResourceId)) is { } id)
                foreach (var process in ProcessTable.Tree(id)) (isArmed ? Signal.Kill : Signal.Continue).TrySend(process); // it may be dying just now
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
                // To tell the dashboard everything costs more than what the services do.
                if (!_tells) context.EnvironmentVariables["OTEL_EXPORTER_OTLP_ENDPOINT"] = "";
                if (_setting is (var name, var value)) context.EnvironmentVariables[name] = value;
            });
        }
    }

    private bool IsDead(string instance) => KnownResourceStates.TerminalStates.Contains(Find(instance).Snapshot.State?.Text ?? "");

    /// <summary>As it stands after the last command: what is watched comes a little later.</summary>
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
            return answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound; // not there is an answer too
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !Ct.IsCancellationRequested)
        {
            return false;
        }
    }
}
