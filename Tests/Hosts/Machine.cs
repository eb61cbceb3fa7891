using System.Diagnostics;
using System.Runtime.Versioning;
using Tests.Cluster;
using Tests.Faults;

namespace Tests.Hosts;

/// <summary>
/// A machine with processes, network, mounts and a host name of its own, made of Linux namespaces. Its disk is a folder that outlives it: /etc (copied from
/// this machine), /opt, /var/lib, /run and /tmp. Its first process only waits. When that is killed, or this program exits, the kernel kills all others.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class Machine : IAsyncDisposable
{
    // $1 is the disk, $2 the name. The packages of the host count as installed.
    private const string Init = """
        set -e
        hostname "$2"
        rm -rf "$1/run" "$1/tmp"; mkdir -p "$1"/{run,tmp,opt,log,var/lib/dpkg}
        chmod 1777 "$1/tmp"
        [ -d "$1/etc" ] || cp -a /etc "$1/etc"
        mount --bind /var/lib/dpkg "$1/var/lib/dpkg"
        mount --rbind "$1/var/lib" /var/lib
        mount --bind "$1/etc" /etc
        mount --bind "$1/opt" /opt
        mount --bind "$1/run" /run
        mount --bind "$1/tmp" /tmp
        ip link set lo up
        echo ready
        read -r _
        """;

    /// <summary>Options of curl(1) and etcdctl with the machine's certificate.</summary>
    public static readonly string[] Certificate =
        ["--cacert", "/etc/shop/cluster/authority.pem", "--cert", "/etc/shop/cluster/certificate.pem", "--key", "/etc/shop/cluster/key.pem"];

    private static readonly TimeSpan PowerTimeMax = TimeSpan.FromSeconds(20);
    private readonly HostNetwork _network;
    private readonly UnitRunner _units;
    private Process? _unshare;

    public Machine(string name, string address, string disk, HostNetwork network)
    {
        (Name, Address, Disk, _network) = (name, address, disk, network);
        Directory.CreateDirectory(disk);
        _units = new UnitRunner(this);
    }

    public string Name { get; }

    public string Address { get; }

    /// <summary>Path of the disk on the host.</summary>
    public string Disk { get; }

    public bool IsOn { get; private set; }

    /// <summary>Id of the first process, as seen on the host.</summary>
    public int FirstProcess { get; private set; }

    /// <summary>Arguments of nsenter(1) to enter the machine.</summary>
    public string[] Enter => [$"--target={FirstProcess}", "--mount", "--net", "--pid", "--uts", "--ipc", "--"];

    /// <summary>Last log lines of all units.</summary>
    public string Log => _units.Log;

    /// <summary>Last log lines of a unit.</summary>
    public string LogOf(string unit) => _units.LogOf(unit);

    /// <summary>Starts the machine with its enabled units, and waits until they have started.</summary>
    public async Task PowerOnAsync()
    {
        var start = new ProcessStartInfo("unshare",
            ["--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "--mount-proc", "--propagation=private", "bash", "-c", Init, "init", Disk, Name])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        _unshare = Process.Start(start)!;
        var ready = await _unshare.StandardOutput.ReadLineAsync().WaitAsync(PowerTimeMax);
        if (ready != "ready") throw new InvalidOperationException($"{Name} does not start: {await _unshare.StandardError.ReadToEndAsync()}");
        FirstProcess = ProcessTable.Tree(_unshare.Id)[1];
        await File.WriteAllTextAsync(Disk + ".pid", $"{FirstProcess}");
        IsOn = true;
        await _network.PlugInAsync(this);
        await _units.BootAsync();
    }

    /// <summary>Simulates a power failure: the network is cut first, then every process is killed.</summary>
    public async Task PowerOffAsync()
    {
        IsOn = false;
        await _network.UnplugAsync(this);
        Signal.Kill.TrySend(FirstProcess);
        await _unshare!.WaitForExitAsync().WaitAsync(PowerTimeMax);
        _unshare.Dispose();
        _unshare = null;
        await _units.ForgetAsync();
    }

    /// <summary>Deletes all data of a machine that is off. Programs, configuration and units stay, as if they had been installed again.</summary>
    public void WipeData() => Directory.Delete(Path.Combine(Disk, "var/lib/shop"), recursive: true);

    /// <summary>Replaces the disk of a machine that is off with an empty one.</summary>
    public async Task WipeAsync()
    {
        await Shell.RunAsync("rm", "-rf", Disk);
        Directory.CreateDirectory(Disk);
        _units.Reset();
    }

    /// <summary>Signals the processes of a store, which work in its folder or name it in their command line, but not those that watch over them.</summary>
    public void Send(Signal signal, string store)
    {
        var folder = $"/var/lib/shop/{store}";
        var processes = ProcessTable.InNamespaceOf(FirstProcess).Where(id =>
            $"{ProcessTable.WorkingDirectory(id)}/".StartsWith($"{folder}/", StringComparison.Ordinal)
            || ProcessTable.Describe(id).Contains($"{folder}/", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(processes);
        foreach (var process in processes)
        {
            signal.TrySend(process);
            // nsenter(1), its parent outside the machine, has stopped itself with it.
            if (signal == Signal.Continue) signal.TrySend(ProcessTable.Parent(process));
        }
    }

    /// <summary>Runs a command in the machine as root, whatever its exit code. Returns its combined output.</summary>
    public async Task<string> TryRunAsync(TimeSpan timeMax, params string[] command)
        => (await Shell.TryAsync(timeMax, new Dictionary<string, string?>(), "nsenter", [.. Enter, .. command])).Output;

    /// <summary>Runs a command in the machine as root, which must succeed.</summary>
    public Task<string> RunAsync(params string[] command) => Shell.RunAsync("nsenter", [.. Enter, .. command]);

    public async ValueTask DisposeAsync()
    {
        if (IsOn) await PowerOffAsync();
        await _units.DisposeAsync();
    }
}
