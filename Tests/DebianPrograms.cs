using System.Runtime.InteropServices;
using EngineRoots;

namespace Tests;

/// <summary>Programs that tests run: Debian's packages, from the engines' mirror and suite, fetched once into their cache.</summary>
internal sealed class DebianPrograms(string name, params string[] packages)
{
    /// <summary>Prometheus 3, promtool and the node exporter (41 MB).</summary>
    public static readonly DebianPrograms Prometheus = new("monitoring", "prometheus", "promtool", "prometheus-node-exporter");

    /// <summary>Docker Compose 2, which checks a file without Docker (14 MB).</summary>
    public static readonly DebianPrograms Compose = new("compose", "docker-compose");

    private static readonly TimeSpan LockLimit = TimeSpan.FromMinutes(10);

    // Go programs: of the libraries they only need the C library, and every machine with .NET has it.
    private static readonly string[] NotNeeded = ["adduser", "libc6"];

    /// <summary>Gives the folder of the programs, and fetches them first if they are not there.</summary>
    /// <exception cref="InvalidOperationException">They cannot be fetched; the message has the reason.</exception>
    public Task<string> EnsureAsync(CancellationToken ct) =>
        Task.Factory.StartNew(() => Ensure(new(), ct), ct, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private string Ensure(EngineRootOptions options, CancellationToken ct)
    {
        var architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64";
        // Not a name that begins like an engine root's: those are swept.
        var target = Path.Combine(options.CacheDirectory, $"{name}-{options.Suite}-{architecture}");
        try
        {
            Directory.CreateDirectory(options.CacheDirectory);
            using var held = FileLock.Acquire(target + ".lock", LockLimit, static () => { }, ct);
            if (!Directory.Exists(target)) Make(target, architecture, options, ct);
        }
        catch (Exception e) when (e is ToolException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"{string.Join(" and ", packages)} could not be fetched, because {e.Message}. "
                + "These tests need a Debian mirror in apt's sources, as the engines do.", e);
        }

        return Path.Combine(target, "usr/bin");
    }

    private void Make(string target, string architecture, EngineRootOptions options, CancellationToken ct)
    {
        using var work = new Unit.TempFolder();
        var apt = new AptPackages(work / "apt", architecture, options, ct);
        apt.ReadLists();
        var making = target + ".making";
        if (Directory.Exists(making)) Directory.Delete(making, recursive: true);
        foreach (var deb in apt.Download(packages, NotNeeded, static _ => { })) Tool.Run("dpkg-deb", ["-x", deb, making], new(), ct);
        Directory.Move(making, target); // complete, or missing
    }
}
