using System.Collections.Concurrent;
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

/// <summary>
/// The Redis and the Sentinel of one machine of the committed deployment, with a loopback address, other ports, and paths below a folder; or those of a pod,
/// which are known to each other by name.
/// </summary>
internal sealed class ReplicaMachine : IDisposable
{
    private const string Pods = "aspirate-output/kubernetes/overlays/production/redis";
    private static readonly string[] Units = ["redis-sentinel", "redis"], Addresses = ["127.0.7.1", "127.0.7.2", "127.0.7.3"];
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(10), WaitLimit = TimeSpan.FromSeconds(5);

    private readonly string _root, _password;
    private readonly string[] _secrets;
    private readonly string? _hosts;
    private readonly int _index, _port;
    private readonly Process?[] _processes = new Process?[Units.Length];

    private ReplicaMachine(string root, string? hosts, int index, int port)
    {
        (_root, _hosts, _index, _port) = (root, hosts, index, port);
        _secrets = [.. File.ReadLines(Path.Combine(root, "etc/shop/secrets.env"))];
        _password = _secrets.Single(static line => line.StartsWith("REDIS_OPERATOR_PASSWORD=", StringComparison.Ordinal)).Split('=')[1];
    }

    public string Address => Addresses[_index];

    /// <summary>Installs the units of three machines, or of three pods, and starts none.</summary>
    /// <param name="folder">Receives a folder for each machine.</param>
    /// <param name="engine">Path of the engine root.</param>
    /// <param name="arePods">Whether to install pods; they resolve their names in a mount namespace with other hosts, which needs root.</param>
    public static ReplicaMachine[] Install(TempFolder folder, string engine, bool arePods)
    {
        var hosts = arePods ? folder.Write("hosts", string.Concat(Addresses.Index().Select(static host => $"{host.Item} redis-{host.Index}\n"))) : null;
        var (port, sentinelPort) = (ServiceProcess.FreePort(), ServiceProcess.FreePort());
        return [.. Enumerable.Range(0, Addresses.Length).Select(InstallOne)];

        ReplicaMachine InstallOne(int index)
        {
            var (root, secrets) = (folder / $"vm{index + 1}", Path.Combine(folder / $"vm{index + 1}", "etc/shop/secrets.env"));
            Directory.CreateDirectory(Path.Combine(root, "etc/shop"));
            if (index > 0) File.Copy(folder / "vm1/etc/shop/secrets.env", secrets);
            var (code, output) = Published.TryRun(Path.Combine(SourceTree.Root, "aspirate-output/vms"), "bash",
                ["install.sh", $"customer-vm{index + 1}", "--hosts", string.Join(',', Addresses), "--root", root, "--phase", "prepare"]);
            Assert.True(code == 0, output);
            foreach (var unit in Units)
            {
                var own = Path.Combine(root, "etc/shop", unit);
                Directory.CreateDirectory(Path.Combine(root, "var/lib/shop", unit));
                Directory.CreateDirectory(Path.Combine(root, "credentials", unit));
                var name = unit == "redis" ? "redis" : "sentinel";
                if (arePods)
                {
                    File.Copy(Path.Combine(SourceTree.Root, Pods, $"{name}.users"), Path.Combine(own, $"{name}.users"));
                    var container = Yaml.Documents(SourceTree.Read($"{Pods}.yaml")).Single(static o => o.Text("kind") == "StatefulSet")
                        .Items("spec/template/spec/containers").Single(c => c.Text("name") == name);
                    File.WriteAllText(Path.Combine(own, "command"), container.Items("command").Last().Value());
                }
                else File.Copy($"{own}.env", Path.Combine(root, "credentials", unit, "users"));
                foreach (var file in Directory.GetFiles(own))
                {
                    var published = Path.Combine(SourceTree.Root, Pods, Path.GetFileName(file));
                    var text = File.ReadAllText(arePods && File.Exists(published) ? published : file);
                    // A pod's two containers have the same paths, and volumes of their own.
                    if (arePods) text = Regex.Replace(text, "(?<=/(etc|var/lib)/shop/)redis\\b", unit).Replace("/usr/local/bin", "/opt/shop/engine/usr/bin",
                        StringComparison.Ordinal);
                    text = text.Replace("/opt/shop/engine", engine, StringComparison.Ordinal);
                    File.WriteAllText(file, Regex.Replace(text, "(?=/(etc|var/lib)/shop)", root)
                        .Replace($"/run/credentials/shop-{unit}.service", Path.Combine(root, "etc/shop/cluster"), StringComparison.Ordinal)
                        .Replace("/run/shop", Path.Combine(root, "credentials", unit), StringComparison.Ordinal)
                        .Replace("bind 0.0.0.0", $"bind {Addresses[index]}", StringComparison.Ordinal)
                        .Replace("26379", sentinelPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
                        .Replace("6379", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
                }
            }

            return new(root, hosts, index, port);
        }
    }

    /// <summary>Starts the units.</summary>
    public void Start()
    {
        foreach (var (index, unit) in Units.Index())
        {
            var own = Path.Combine(_root, "etc/shop", unit);
            var command = _hosts is null ? Command(unit, $"{own}/replication.sh", unit == "redis" ? "redis" : "sentinel")
                : Command(unit, "-c", File.ReadAllText($"{own}/command"));
            var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, WorkingDirectory = "/" };
            _processes[index] = Process.Start(start)!;
            _processes[index]!.BeginOutputReadLine();
        }
    }

    /// <summary>Gets a command line of bash with a unit's environment.</summary>
    private string[] Command(string unit, params string[] arguments)
    {
        var credentials = Path.Combine(_root, "credentials", unit);
        string[] bash = ["env", $"CREDENTIALS_DIRECTORY={credentials}", $"HOSTNAME=redis-{_index}", .. _secrets, "bash", .. arguments];
        return _hosts is null ? bash : ["unshare", "--mount", "sh", "-c", "mount --bind \"$0\" /etc/hosts && exec \"$@\"", _hosts, .. bash];
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

    /// <summary>Asks the Redis to end, as systemd and Kubernetes do, and fails if it does not within 10 s.</summary>
    public void Stop()
    {
        var redis = _processes[Array.IndexOf(Units, "redis")]!;
        Assert.True(Signal.Terminate.TrySend(redis.Id));
        Assert.True(redis.WaitForExit(EndLimit), "Redis did not end");
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

    /// <summary>Writes one key after the other until canceled, and adds those that another machine has confirmed.</summary>
    public async Task WriteManyAsync(ConcurrentQueue<string> confirmed, CancellationToken ct)
    {
        using var redis = await ConnectAsync();
        for (var n = 0; !ct.IsCancellationRequested; n++)
            try
            {
                await redis.GetDatabase().StringSetAsync($"many{n}", n);
                if ((int)await redis.GetDatabase().ExecuteAsync("WAIT", 1, 500) >= 1) confirmed.Enqueue($"many{n}");
            }
            catch (Exception e) when (e is RedisException or TimeoutException)
            {
                await Task.Delay(1, CancellationToken.None); // unknown
            }
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
        var line = Command("redis", [Path.Combine(_root, "etc/shop/redis/replication.sh"), .. command]);
        var (code, output) = Published.TryRun(_root, line[0], line[1..]);
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
