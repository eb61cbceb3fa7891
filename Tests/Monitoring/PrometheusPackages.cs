using System.Runtime.InteropServices;
using EngineRoots;

namespace Tests.Monitoring;

/// <summary>Fetches Prometheus 3, promtool and the node exporter: Debian's packages, from the engines' mirror and suite, once into their cache.</summary>
internal static class PrometheusPackages
{
    private static readonly TimeSpan LockLimit = TimeSpan.FromMinutes(10);
    private static readonly string[] Packages = ["prometheus", "promtool", "prometheus-node-exporter"];

    // Go programs: of the libraries they only need the C library, and every machine with .NET has it.
    private static readonly string[] NotNeeded = ["adduser", "libc6"];

    /// <summary>Gives the folder of the programs, and fetches them first if they are not there (41 MB).</summary>
    /// <exception cref="InvalidOperationException">They cannot be fetched; the message has the reason.</exception>
    public static Task<string> EnsureAsync(CancellationToken ct) =>
        Task.Factory.StartNew(() => Ensure(new(), ct), ct, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static string Ensure(EngineRootOptions options, CancellationToken ct)
    {
        var architecture = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64";
        // Not a name that begins like an engine root's: those are swept.
        var target = Path.Combine(options.CacheDirectory, $"monitoring-{options.Suite}-{architecture}");
        try
        {
            Directory.CreateDirectory(options.CacheDirectory);
            using var held = FileLock.Acquire(target + ".lock", LockLimit, static () => { }, ct);
            if (!Directory.Exists(target)) Make(target, architecture, options, ct);
        }
        catch (Exception e) when (e is ToolException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException(
                $"Prometheus and promtool could not be fetched, because {e.Message}. These tests need a Debian mirror in apt's sources, as the engines do.", e);
        }

        return Path.Combine(target, "usr/bin");
    }

    private static void Make(string target, string architecture, EngineRootOptions options, CancellationToken ct)
    {
        using var work = new Unit.TempFolder();
        var apt = new AptPackages(work / "apt", architecture, options, ct);
        apt.ReadLists();
        var making = target + ".making";
        if (Directory.Exists(making)) Directory.Delete(making, recursive: true);
        foreach (var deb in apt.Download(Packages, NotNeeded, static _ => { })) Tool.Run("dpkg-deb", ["-x", deb, making], new(), ct);
        Directory.Move(making, target); // complete, or missing
    }
}
