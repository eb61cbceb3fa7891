using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EngineRoots;
using StackExchange.Redis;
using Tests.Cluster;
using Tests.Faults;
using Tests.Unit;

namespace Tests.Replication;

/// <summary>A Redis or a Sentinel of a test: a process of the engine root with a folder of its own.</summary>
internal sealed class RedisNode : IDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10), StartLimit = TimeSpan.FromSeconds(20);

    private readonly string _server, _folder;
    private Process? _process;

    private RedisNode(string server, string folder)
    {
        (_server, Port, _folder) = (server, ServiceProcess.FreePort(), folder);
        Directory.CreateDirectory(folder);
    }

    public int Port { get; }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    public static async Task<RedisNode[]> CreateAsync(int count, TempFolder folder, string kind = "redis")
    {
        var engines = await EngineRoot.EnsureAsync(new EngineRootOptions(), _ => { }, TestContext.Current.CancellationToken);
        return [.. Enumerable.Range(0, count).Select(n => new RedisNode(engines.RedisServer, folder / $"{kind}{n}"))];
    }

    /// <summary>Starts a Redis with the settings of the deployment to machines.</summary>
    public Task StartAsync(RedisNode? master, params string[] more) => LaunchAsync(
    [
        "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1",
        "--repl-timeout", "5", "--min-replicas-max-lag", "3", .. master is null ? [] : ReplicaOf(master), .. more,
    ]);

    /// <summary>Starts a Sentinel with the settings of the deployment to machines.</summary>
    public async Task WatchAsync(RedisNode master)
    {
        var file = Path.Combine(_folder, "sentinel.conf");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $"""
            sentinel monitor shop 127.0.0.1 {master.Port} 2
            sentinel down-after-milliseconds shop 3000
            sentinel failover-timeout shop 6000
            sentinel parallel-syncs shop 2

            """));
        await LaunchAsync([file, "--sentinel"], hasFile: true);
    }

    public void Send(Signal signal) => signal.Send(_process!.Id);

    /// <summary>Kills the process and deletes all that it has written.</summary>
    public async Task LoseAsync()
    {
        Send(Signal.Kill);
        await _process!.WaitForExitAsync().WaitAsync(EndLimit);
        Directory.Delete(_folder, recursive: true);
        Directory.CreateDirectory(_folder);
    }

    /// <summary>Asks a Sentinel for the port of the master.</summary>
    public async Task<int> MasterPortAsync()
    {
        using var sentinel = await ConnectionMultiplexer.SentinelConnectAsync($"{Address},connectTimeout=1000");
        return ((IPEndPoint)(await sentinel.GetServer(Address).SentinelGetMasterAddressByNameAsync("shop"))!).Port;
    }

    /// <summary>Returns the sagas that have a record.</summary>
    public async Task<HashSet<Guid>> SagasAsync()
    {
        using var redis = await ConnectAsync();
        HashSet<Guid> sagas = [];
        await foreach (var key in redis.GetServer(Address).KeysAsync(pattern: "r:*"))
            sagas.UnionWith((await redis.GetDatabase().HashKeysAsync(key)).Select(static saga => new Guid((byte[])saga!)));
        return sagas;
    }

    /// <summary>Waits until the number of replicas in sync with this master is as given.</summary>
    public Task ReplicatedAsync(int replicas) => Eventually.EqualAsync(replicas, async () =>
        (await InfoAsync("replication")).Count(pair => pair.Key.StartsWith("slave", StringComparison.Ordinal) && pair.Value.Contains("state=online",
            StringComparison.Ordinal)), StartLimit);

    /// <summary>Changes a setting.</summary>
    public async Task SetAsync(string name, string value)
    {
        using var redis = await ConnectAsync();
        await redis.GetServer(Address).ConfigSetAsync(name, value);
    }

    public void Dispose()
    {
        if (_process is { HasExited: false } process)
        {
            Send(Signal.Kill);
            process.WaitForExit(EndLimit);
        }

        _process?.Dispose();
    }

    private static string[] ReplicaOf(RedisNode master) => ["--replicaof", $"127.0.0.1 {master.Port.ToString(CultureInfo.InvariantCulture)}"];

    private async Task LaunchAsync(string[] arguments, bool hasFile = false)
    {
        var log = Path.Combine(_folder, "log");
        string[] own = ["--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _folder, "--logfile", log];
        _process?.Dispose();
        _process = Process.Start(new ProcessStartInfo(_server, hasFile ? [.. arguments, .. own] : [.. own, .. arguments]))!;
        await Eventually.EqualAsync(true, async () =>
        {
            Assert.False(_process.HasExited, File.Exists(log) ? await File.ReadAllTextAsync(log) : "ended");
            return await PingAsync() == "+PONG";
        }, StartLimit);
    }

    // Without the driver, which does not connect to a Sentinel as to a Redis.
    private async Task<string?> PingAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            await client.GetStream().WriteAsync("PING\r\n"u8.ToArray());
            return await new StreamReader(client.GetStream()).ReadLineAsync();
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return null;
        }
    }

    private async Task<ConnectionMultiplexer> ConnectAsync() =>
        await ConnectionMultiplexer.ConnectAsync($"{Address},connectTimeout=1000,allowAdmin=true");

    private async Task<List<KeyValuePair<string, string>>> InfoAsync(string section)
    {
        using var redis = await ConnectAsync();
        return [.. (await redis.GetServer(Address).InfoAsync(section)).SelectMany(static group => group)];
    }
}
