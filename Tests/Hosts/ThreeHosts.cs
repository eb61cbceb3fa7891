using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using EngineRoots;
using Tests.Cluster;
using Tests.Repository;
using Tests.Unit;

namespace Tests.Hosts;

/// <summary>Test classes of this collection share three machines with the shop deployed. Each class leaves them intact.</summary>
[CollectionDefinition(Name)]
[SupportedOSPlatform("linux")]
public sealed class SharedHosts : ICollectionFixture<ThreeHosts>
{
    public const string Name = "Hosts";
}

/// <summary>
/// Three machines in namespaces with the shop deployed by the committed deploy.sh: built, copied, installed and started as it does over ssh. nsenter
/// replaces ssh, <see cref="UnitRunner"/> replaces systemd, and this machine's engine root replaces the one that install.sh would build from the same
/// packages.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class ThreeHosts : IAsyncLifetime
{
    private const int Count = 3;
    private static readonly TimeSpan DeployTimeMax = TimeSpan.FromMinutes(12), BackupTimeMax = TimeSpan.FromMinutes(5), RunTimeMax = TimeSpan.FromMinutes(1),
        HealthTimeMax = TimeSpan.FromSeconds(60), LeadTimeMax = TimeSpan.FromSeconds(60), DeliverTimeMax = TimeSpan.FromSeconds(30),
        ReplicateTimeMax = TimeSpan.FromSeconds(30), CommandTimeMax = TimeSpan.FromSeconds(10);
    private static readonly string Scripts = Path.Combine(SourceTree.Root, "aspirate-output/vms");
    private static readonly Dictionary<string, int> ServicePorts = Regex.Matches(
        File.ReadLines(Path.Combine(Scripts, "install.sh")).First(line => line.StartsWith("services=(", StringComparison.Ordinal)), @"([\w-]+):(\d+)")
        .ToDictionary(entry => entry.Groups[1].Value, entry => int.Parse(entry.Groups[2].Value, CultureInfo.InvariantCulture));
    private readonly TempFolder _folder = new();
    private HostNetwork? _network;
    private HttpClient? _http;
    private EngineRoot? _engines;
    private bool _isInUse;

    /// <summary>The reason why this machine cannot run the test, or null.</summary>
    public string? Missing { get; private set; }

    internal Machine[] Machines { get; private set; } = [];

    /// <summary>Time from nothing to a healthy shop, including the build.</summary>
    public TimeSpan DeployTime { get; private set; }

    internal ShopClient Shop(Machine machine) => new(new Uri($"http://{machine.Address}:8000"), _network!.Clients.ConnectAsync);

    /// <summary>Runs a shell command in the clients' network, 12 minutes at most.</summary>
    internal Task<(int Code, string Output)> RunForClientsAsync(string command) => _network!.RunAsync(command, DeployTimeMax);

    /// <summary>Records what the machines send to each other.</summary>
    internal Task<WireTap> TapAsync() => WireTap.StartAsync(_network!.Clients);

    public async ValueTask InitializeAsync()
    {
        Missing = await FindMissingAsync();
        if (Missing is not null) return;
        var clock = Stopwatch.StartNew();
        _network = await HostNetwork.CreateAsync();
        _http = new HttpClient(new SocketsHttpHandler { ConnectCallback = _network.Clients.ConnectAsync }) { Timeout = TimeSpan.FromSeconds(30) };
        Machines = [.. Enumerable.Range(1, Count).Select(n => new Machine($"vm{n}", $"10.77.0.{n}", _folder / $"vm{n}", _network))];
        _engines = await EngineRoot.EnsureAsync(new EngineRootOptions { HasCluster = true }, _ => { }, TestContext.Current.CancellationToken);
        _folder.Write("bin/systemctl", """
            #!/bin/sh
            exec curl -sS --fail-with-body --unix-socket /run/manager.sock "http://manager/$(printf '%s/' "$@")"
            """);
        _folder.Write("ssh", $"""
            #!/bin/bash
            folder={_folder.Path} host=$1
            shift
            # Ahead of the load, which shares the processors here, unlike among machines.
            exec nice -n -10 nsenter --target="$(cat "$(cat "$folder/$host")")" --mount --net --pid --uts --ipc -- \
              env PATH=/opt/test:/usr/sbin:/usr/bin:/sbin:/bin bash -c "$*"
            """);
        foreach (var machine in Machines)
        {
            await File.WriteAllTextAsync(_folder / machine.Address, machine.Disk + ".pid");
            await StartEmptyAsync(machine);
        }
        await DeployAsync();
        DeployTime = clock.Elapsed;
        // Links: what a later release replaces stays here.
        await Shell.RunAsync("cp", "-al", Path.Combine(Machines[0].Disk, "opt/shop", new FileInfo(Machines[0].Disk + "/opt/shop/current").LinkTarget!), Built);
    }

    /// <summary>Starts a machine whose disk is empty, with what a Debian with ssh has, and with the engines.</summary>
    internal async Task StartEmptyAsync(Machine machine)
    {
        await machine.PowerOnAsync();
        await machine.RunAsync("mkdir", "/opt/shop", "/opt/test");
        await machine.RunAsync("ln", "-s", _engines!.Path, "/opt/shop/engine");
        await machine.RunAsync("ln", "-s", Path.GetDirectoryName(Path.GetDirectoryName(_engines.Postgres))!, "/opt/shop/postgresql");
        File.Copy(_folder / "bin/systemctl", machine.Disk + "/opt/test/systemctl");
        await machine.RunAsync("chmod", "755", "/opt/test/systemctl");
    }

    /// <summary>Waits until all copies of both Postgres clusters follow their primary.</summary>
    internal async Task CopiedAsync()
    {
        foreach (var cluster in PatroniCluster.All)
            await Eventually.NothingAsync(() => cluster.LaggingAsync(Machines), HealthTimeMax);
    }

    /// <summary>Makes a machine the primary of both Postgres clusters.</summary>
    internal async Task LeadAsync(Machine machine)
    {
        await CopiedAsync();
        foreach (var cluster in PatroniCluster.All) await cluster.LeadAsync(Machines, machine);
        await CopiedAsync();
    }

    /// <summary>Exception filter that prints the units' logs and never catches.</summary>
    internal bool Report()
    {
        foreach (var machine in Machines) TestContext.Current.TestOutputHelper?.WriteLine(machine.Log);
        return false;
    }

    /// <summary>
    /// Begins a test. If the one before has failed, or has not ended, it may have left any fault or half a deployment, and the next test must not fail for it:
    /// the machines are restarted, and the running release is deployed again.
    /// </summary>
    internal async Task BeginAsync()
    {
        if (_isInUse)
        {
            foreach (var machine in Machines.Where(m => m.IsOn)) await machine.PowerOffAsync();
            await HealAsync();
            await DeployAgainAsync();
            await WholeAsync();
        }
        _isInUse = true;
    }

    /// <summary>Ends a test that has left the machines intact.</summary>
    internal void End() => _isInUse = false;

    /// <summary>Starts the machines that a failed test left off.</summary>
    internal async Task HealAsync()
    {
        foreach (var machine in Machines.Where(m => !m.IsOn)) await machine.PowerOnAsync();
    }

    /// <summary>Deploys the running version again, as a new release.</summary>
    internal Task DeployAgainAsync()
        => DeployAsync(("BUILT", Built));

    /// <summary>Deploys a release whose storefront ends when it starts; that must fail.</summary>
    /// <returns>The output of deploy.sh.</returns>
    internal async Task<string> DeployBrokenAsync(params (string Name, string Value)[] variables)
    {
        var broken = _folder / "broken";
        if (Directory.Exists(broken)) Directory.Delete(broken, recursive: true);
        await Shell.RunAsync("cp", "-al", Built, broken);
        var program = Path.Combine(broken, "storefront/Storefront.Web");
        File.Delete(program); // a link to the file that runs
        await File.WriteAllTextAsync(program, "#!/bin/sh\nexit 1\n");
        File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
        var (code, output) = await ScriptAsync(DeployTimeMax, "deploy.sh", [.. Machines.Select(m => m.Address)], [("BUILT", broken), .. variables]);
        Assert.True(code != 0, output);
        Assert.DoesNotContain("is not healthy with its previous release", output, StringComparison.Ordinal);
        return output;
    }

    /// <summary>Runs a phase of the installed install.sh on a machine, as an operator does.</summary>
    internal Task InstallAsync(Machine machine, string phase) => machine.RunAsync("env", "PATH=/opt/test:/usr/sbin:/usr/bin:/sbin:/bin",
        "/opt/shop/install/install.sh", $"customer-{machine.Name}", "--hosts", string.Join(',', Machines.Select(m => m.Address)), "--phase", phase);

    // The first deployment has built it.
    private string Built => _folder / "built";

    /// <summary>Runs the committed backup.sh, which must succeed.</summary>
    internal async Task BackupAsync(string what)
    {
        var (code, output) = await ScriptAsync(BackupTimeMax, "backup.sh", [what, _folder / "backup", .. Machines.Select(m => m.Address)]);
        Assert.True(code == 0, $"{output}\n{string.Concat(Machines.Select(m => m.Log))}");
    }

    /// <summary>Returns the address of the machine with the Redis master, as its sentinels say to a machine; by default the first one that is on.</summary>
    internal async Task<string> MasterAsync(Machine? machine = null)
        => (await (machine ?? Machines.First(m => m.IsOn)).RunAsync("/etc/shop/redis/replication.sh", "master")).Trim();

    /// <summary>Makes a machine's Redis the master, as an operator does before maintenance of another one.</summary>
    internal async Task LeadStockAsync(Machine machine)
    {
        await ReplicatedAsync();
        var output = "";
        var master = await Eventually.UntilAsync(async () =>
        {
            output = await machine.TryRunAsync(RunTimeMax, "/etc/shop/redis/replication.sh", "lead");
            return await MasterAsync();
        }, address => address == machine.Address, LeadTimeMax);
        Assert.True(master == machine.Address, $"{master} is the master; {output}{await StockStateAsync()}");
        await ReplicatedAsync();
    }

    /// <summary>Waits until all other machines' Redis replicate the master, and each may be chosen as the next one.</summary>
    internal Task ReplicatedAsync() => Eventually.NothingAsync(StockStateAsync, ReplicateTimeMax);

    /// <summary>Returns what Redis and Sentinel say on all machines, or an empty text if all replicate and may be chosen.</summary>
    private async Task<string> StockStateAsync()
    {
        var states = await Task.WhenAll(Machines.Select(async machine => (Replication: await RedisAsync(machine, 6379, "INFO", "replication"),
            Sentinel: await RedisAsync(machine, 26379, "SENTINEL", "REPLICAS", "shop"))));
        var masters = states.Count(static state => state.Replication.Contains("role:master", StringComparison.Ordinal));
        var replicas = states.Count(static state => state.Replication.Contains("master_link_status:up", StringComparison.Ordinal)
            && state.Replication.Contains("slave_priority:100", StringComparison.Ordinal));
        return masters == 1 && replicas == Count - 1 ? ""
            : string.Join('\n', states.Select((state, i) => $"{Machines[i].Name}: {state}\n{Machines[i].LogOf("shop-redis.service")}"));
    }

    /// <summary>Sends a command to a machine's Redis or Sentinel, and returns the answer or the error.</summary>
    private static Task<string> RedisAsync(Machine machine, int port, params string[] command)
        => machine.TryRunAsync(CommandTimeMax, ["/etc/shop/redis/replication.sh", "cli", "-p", $"{port}", .. command]);

    /// <summary>Calls a service of a machine directly over the network, for example at an internal path. Returns null if the status is not 200.</summary>
    internal Task<string?> GetAsync(Machine machine, string service, string path) => GetAsync(machine, ServicePorts[service], path);

    private async Task<string?> GetAsync(Machine machine, int port, string path)
    {
        try
        {
            using var answer = await _http!.GetAsync(new Uri($"http://{machine.Address}:{port}{path}"), TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken) : null;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Waits until every service of every machine is healthy, and every store has all its copies.</summary>
    internal async Task WholeAsync()
    {
        foreach (var machine in Machines)
            foreach (var (port, path) in ServicePorts.Values.Select(port => (port, "/health")).Append((8000, "/gateway/health")))
                Assert.True(await Eventually.UntilAsync(() => GetAsync(machine, port, path), a => a is not null, HealthTimeMax) is not null,
                    $"{machine.Name}:{port} is not healthy\n{machine.Log}");
        await CopiedAsync();
        await ReplicatedAsync();
    }

    /// <summary>
    /// Waits until no machine has unsent data. After a network partition, Linux keeps sending the data of closed connections: a checkout or a charge could
    /// arrive after the next test has created its orders and accounts under the same numbers.
    /// </summary>
    internal Task DeliveredAsync() => Eventually.NothingAsync(UnsentAsync, DeliverTimeMax);

    private async Task<string> UnsentAsync()
    {
        // State, receive queue, send queue (unsent or unacknowledged bytes), address, peer.
        var sockets = await Task.WhenAll(Machines.Select(static machine => machine.RunAsync("ss", "-Htn")));
        return string.Join('\n', sockets.SelectMany(static text => text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .Where(static socket => socket.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2] != "0"));
    }

    /// <summary>Runs the committed deploy.sh, which must succeed. With BUILT in the environment, it skips the build.</summary>
    private Task DeployAsync(params (string Name, string Value)[] variables) => DeployAsync([], variables);

    /// <summary>Returns to an earlier release.</summary>
    internal Task RollBackAsync(string release) => DeployAsync(["--rollback", release], []);

    /// <summary>Returns the name of the release that a machine runs.</summary>
    internal static async Task<string> ReleaseAsync(Machine machine) => Path.GetFileName((await machine.RunAsync("readlink", "/opt/shop/current")).Trim());

    private async Task DeployAsync(string[] options, (string Name, string Value)[] variables)
    {
        var (code, output) = await ScriptAsync(DeployTimeMax, "deploy.sh", [.. options, .. Machines.Select(m => m.Address)], variables);
        Assert.True(code == 0, $"{output}\n{string.Concat(Machines.Select(m => m.Log))}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var machine in Machines) await machine.DisposeAsync();
        _http?.Dispose();
        _network?.Dispose();
        _folder.Dispose();
    }

    private Task<(int Code, string Output)> ScriptAsync(TimeSpan timeMax, string script, string[] arguments, params (string Name, string Value)[] more)
    {
        // Environment variables of the build that runs this test must not affect another build.
        var variables = Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(n => n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(n => n, string? (_) => null);
        variables["MSBUILDDISABLENODEREUSE"] = "1";
        variables["SSH"] = $"bash {_folder / "ssh"}";
        foreach (var (name, value) in more) variables[name] = value;
        return Shell.TryAsync(timeMax, variables, "bash", [Path.Combine(Scripts, script), .. arguments]);
    }

    private static async Task<string?> FindMissingAsync()
    {
        if (!Environment.IsPrivilegedProcess) return "namespaces and users for three machines need root";
        foreach (var program in new[] { "unshare", "nsenter", "setpriv", "runuser", "ip", "tc", "iptables", "curl", "useradd" })
            if (!Unit.Deployment.Published.Has(program)) return $"{program} is not on this machine";
        var (code, output) = await Shell.TryAsync(TimeSpan.FromSeconds(10), new Dictionary<string, string?>(), "unshare",
            "--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "--mount-proc", "sh", "-c", "ip link add probe type veth && iptables -S");
        return code == 0 ? null : $"this machine makes no namespaces with networks: {output.Trim()}";
    }
}
