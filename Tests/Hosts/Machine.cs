using System.Diagnostics;
using System.Runtime.Versioning;
using Tests.Cluster;
using Tests.Faults;

namespace Tests.Hosts;

/// <summary>
/// A machine: processes, network, mounts and host name of its own, in namespaces. Its disk is a folder that outlives it: /etc (of this machine, copied), /opt,
/// /var/lib, /run and /tmp. Its first process only waits; when that is killed, or this program ends, the kernel kills all others at once.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class Machine : IAsyncDisposable
{
    // $1 the disk, $2 the name. Packages of this machine count as its own.
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

    /// <summary>Where the disk is on this machine.</summary>
    public string Disk { get; }

    public bool IsOn { get; private set; }

    /// <summary>The first process, by its id here.</summary>
    public int FirstProcess { get; private set; }

    /// <summary>The arguments of nsenter(1) that lead into the machine.</summary>
    public string[] Enter => [$"--target={FirstProcess}", "--mount", "--net", "--pid", "--uts", "--ipc", "--"];

    /// <summary>The last lines of all units.</summary>
    public string Log => _units.Log;

    /// <summary>Starts it, with the units that are enabled; waits until those have started.</summary>
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

    /// <summary>As when the power goes: first nothing is heard of it any more, then every process is killed.</summary>
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

    /// <summary>Runs a command in it, as root.</summary>
    public Task<string> RunAsync(params string[] command) => Shell.RunAsync("nsenter", [.. Enter, .. command]);

    public async ValueTask DisposeAsync()
    {
        if (IsOn) await PowerOffAsync();
        await _units.DisposeAsync();
    }
}
