using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using StackExchange.Redis;
using Tests.Cluster;
using Tests.Faults;
using Tests.Repository;
using Tests.Unit;
using Tests.Unit.Deployment;

namespace Tests.Replication;

/// <summary>The Redis and the Sentinel of one machine of the committed deployment, with a loopback address, other ports, and paths below a folder.</summary>
internal sealed class ReplicaMachine : IDisposable
{
    private static readonly string[] Units = ["redis-sentinel", "redis"];
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10), WaitLimit = TimeSpan.FromSeconds(5);

    private readonly string _root, _password;
    private readonly int _port;
    private readonly Process?[] _processes = new Process?[Units.Length];

    private ReplicaMachine(string root, string address, int port)
    {
        (_root, Address, _port) = (root, address, port);
        _password = Regex.Match(File.ReadAllText(Path.Combine(root, "etc/shop/redis.env")), @"user operator on >(\S+)").Groups[1].Value;
    }

    public string Address { get; }

    /// <summary>Installs the machines' units and starts none.</summary>
    /// <param name="folder">Receives a folder for each machine.</param>
    /// <param name="engine">Path of the engine root.</param>
    public static ReplicaMachine[] Install(TempFolder folder, string engine)
    {
        string[] addresses = ["127.0.7.1", "127.0.7.2", "127.0.7.3"];
        var (port, sentinelPort) = (ServiceProcess.FreePort(), ServiceProcess.FreePort());
        return [.. addresses.Index().Select(machine => InstallOne(folder / $"vm{machine.Index + 1}", machine.Item, port))];

        ReplicaMachine InstallOne(string root, string address, int port)
        {
            var own = Path.Combine(root, "etc/shop");
            Directory.CreateDirectory(own);
            if (!root.EndsWith('1')) File.Copy(folder / "vm1/etc/shop/secrets.env", Path.Combine(own, "secrets.env"));
            var (code, output) = Published.TryRun(Path.Combine(SourceTree.Root, "aspirate-output/vms"), "bash",
                ["install.sh", $"customer-{Path.GetFileName(root)}", "--hosts", string.Join(',', addresses), "--root", root, "--phase", "prepare"]);
            Assert.True(code == 0, output);
            foreach (var unit in Units)
            {
                Directory.CreateDirectory(Path.Combine(root, "var/lib/shop", unit));
                Directory.CreateDirectory(Path.Combine(root, "credentials", unit));
                File.Copy(Path.Combine(own, $"{unit}.env"), Path.Combine(root, "credentials", unit, "users"));
                foreach (var file in Directory.GetFiles(Path.Combine(own, unit)))
                {
                    var text = File.ReadAllText(file).Replace("/opt/shop/engine", engine, StringComparison.Ordinal);
                    File.WriteAllText(file, Regex.Replace(text, "(?=/(etc|var/lib)/shop)", root)
                        .Replace($"/run/credentials/shop-{unit}.service", Path.Combine(own, "cluster"), StringComparison.Ordinal)
                        .Replace("bind 0.0.0.0", $"bind {address}", StringComparison.Ordinal)
                        .Replace("26379", sentinelPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                        .Replace("6379", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
                }
            }

            return new(root, address, port);
        }
    }

    /// <summary>Starts the units.</summary>
    public void Start()
    {
        foreach (var (index, unit) in Units.Index())
        {
            var start = new ProcessStartInfo(Path.Combine(_root, $"etc/shop/{unit}/replication.sh"), [unit == "redis" ? "redis" : "sentinel"])
            {
                RedirectStandardOutput = true, WorkingDirectory = "/",
            };
            start.Environment["CREDENTIALS_DIRECTORY"] = Path.Combine(_root, "credentials", unit);
            _processes[index] = Process.Start(start)!;
            _processes[index]!.BeginOutputReadLine();
        }
    }

    /// <summary>Kills the units, as a power cut does.</summary>
    public void Kill()
    {
        foreach (var process in _processes.OfType<Process>())
        {
            if (!process.HasExited) Signal.Kill.Send(process.Id);
            process.WaitForExit(EndLimit);
            process.Dispose();
        }

        Array.Clear(_processes);
    }

    /// <summary>Deletes the data of both.</summary>
    public void Wipe()
    {
        foreach (var folder in Units.Select(unit => Path.Combine(_root, "var/lib/shop", unit)))
        {
            Directory.Delete(folder, recursive: true);
            Directory.CreateDirectory(folder);
        }
    }

    /// <summary>Returns the role, whether the replication is complete, and the number of keys; null if the Redis does not answer.</summary>
    public async Task<(string Role, bool IsWhole, long Keys)?> StateAsync()
    {
        try
        {
            using var redis = await ConnectAsync();
            var server = redis.GetServer(Address, _port);
            var info = (await server.InfoAsync("replication")).SelectMany(static group => group).ToDictionary();
            return (info["role"], info.GetValueOrDefault("master_link_status", "up") == "up", await server.DatabaseSizeAsync());
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            return null;
        }
    }

    /// <summary>Writes a key and waits until the given number of replicas has it.</summary>
    public async Task WriteAsync(string key, int replicas)
    {
        using var redis = await ConnectAsync();
        await redis.GetDatabase().StringSetAsync(key, key);
        Assert.Equal(replicas, (int)await redis.GetDatabase().ExecuteAsync("WAIT", replicas, (long)WaitLimit.TotalMilliseconds));
    }

    /// <summary>Writes one key after the other until canceled, and returns those that another machine has confirmed.</summary>
    public async Task<List<string>> WriteManyAsync(CancellationToken ct)
    {
        List<string> confirmed = [];
        using var redis = await ConnectAsync();
        for (var n = 0; !ct.IsCancellationRequested; n++)
            try
            {
                await redis.GetDatabase().StringSetAsync($"many{n}", n);
                if ((int)await redis.GetDatabase().ExecuteAsync("WAIT", 1, 500) >= 1) confirmed.Add($"many{n}");
            }
            catch (Exception e) when (e is RedisException or TimeoutException)
            {
                await Task.Delay(1, CancellationToken.None); // unknown
            }
        return confirmed;
    }

    /// <summary>Returns the keys that do not exist.</summary>
    public async Task<List<string>> MissingAsync(IEnumerable<string> keys)
    {
        using var redis = await ConnectAsync();
        List<string> missing = [];
        foreach (var key in keys)
            if (!await redis.GetDatabase().KeyExistsAsync(key)) missing.Add(key);
        return missing;
    }

    /// <summary>Runs a command of replication.sh as an operator does. Returns its output.</summary>
    public string Run(params string[] command)
    {
        var (code, output) = Published.TryRun(_root, "bash", [Path.Combine(_root, "etc/shop/redis/replication.sh"), .. command]);
        return code == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', command)}: exit code {code}\n{output}");
    }

    public void Dispose() => Kill();

    private async Task<ConnectionMultiplexer> ConnectAsync()
    {
        var options = ConfigurationOptions.Parse(string.Create(CultureInfo.InvariantCulture,
            $"{Address}:{_port},ssl=true,user=operator,password={_password},allowAdmin=true,connectTimeout=1000,connectRetry=1"));
        options.TrustIssuer(Path.Combine(_root, "etc/shop/cluster/authority.pem"));
        return await ConnectionMultiplexer.ConnectAsync(options);
    }
}
