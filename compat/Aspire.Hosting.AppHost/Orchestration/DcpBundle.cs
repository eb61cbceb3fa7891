using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Aspire.Hosting.Native;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// The orchestrator (DCP) and the dashboard, as Microsoft ships them inside the Aspire CLI's npm package. An existing bundle of the CLI is used; otherwise the
/// package is fetched once into the user's cache.
/// </summary>
internal sealed record DcpBundle(string Dcp, string Dashboard)
{
    public const string Version = "13.5.4";

    public static async Task<DcpBundle> EnsureAsync(Action<string> progress, CancellationToken ct)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var cache = Path.Combine(Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg
            : Path.Combine(home, ".cache"), "aspire-bundle");
        var target = Path.Combine(cache, Version);
        if ((FromVariables() ?? At(target) ?? At(Path.Combine(home, ".aspire", "bundle"))) is { } found) return found;

        const string wayOut = "or install the Aspire CLI, or set ASPIRE_DCP_PATH and ASPIRE_DASHBOARD_PATH to an existing bundle's folders 'dcp' and 'managed'";
        var draft = Path.Combine(cache, $".new-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}");
        try
        {
            Directory.CreateDirectory(cache);
            using var turn = await Task.Run(()
                => FileLock.Acquire(Path.Combine(cache, ".lock"), Limits.BundleDownload, ()
                => progress("another AppHost is fetching the orchestrator, waiting"), ct), ct);
            if (At(target) is { } fetchedMeanwhile) return fetchedMeanwhile;
            foreach (var left in Directory.GetDirectories(cache, ".new-*")) Directory.Delete(left, recursive: true); // of an AppHost that was killed
            Directory.CreateDirectory(draft);

            var clock = Stopwatch.StartNew();
            var package = $"@microsoft/aspire-cli-{Platform()}@{Version}";
            progress($"fetching the orchestrator and the dashboard: {package} from npm (130 MB)");
            await Step.RunAsync("npm", ["install", "--prefix", draft, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", package],
                null, Limits.BundleDownload, "Fetching the orchestrator",
                $"install Node.js with npm and check that npm reaches its registry, {wayOut}", ct);
            var cli = Path.Combine(draft, "node_modules", "@microsoft", $"aspire-cli-{Platform()}", "bin", "aspire");
            progress(string.Create(CultureInfo.InvariantCulture, $"fetched in {clock.Elapsed.TotalSeconds:0.0} s, unpacking"));
            // A home of its own, and unpacked there: the CLI accepts no other place, and the user's ~/.aspire is the user's.
            var environment = new Dictionary<string, string> { ["HOME"] = draft, ["ASPIRE_CLI_TELEMETRY_OPTOUT"] = "true" };
            await Step.RunAsync(cli, ["setup", "--install-path", Path.Combine(draft, ".aspire")], environment, Limits.BundleDownload,
                "Unpacking the orchestrator",
                $"free some disk space (600 MB below {cache}), {wayOut}", ct);

            // The bundle is a versioned folder and a link to it; only what the link points to is kept.
            var unpacked = new DirectoryInfo(Path.Combine(draft, ".aspire", "bundle"));
            Directory.Move((unpacked.ResolveLinkTarget(returnFinalTarget: true) ?? unpacked).FullName, target);
            progress(string.Create(CultureInfo.InvariantCulture, $"orchestrator and dashboard {Version} are ready after {clock.Elapsed.TotalSeconds:0.0} s"));
            return At(target) ?? throw new DistributedApplicationException($"The package {package} holds no orchestrator; remove {cache}, {wayOut}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            throw new DistributedApplicationException($"The orchestrator cannot be kept in {cache} ({e.Message}); free or allow that folder, {wayOut}.");
        }
        finally
        {
            if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
        }
    }

    private static DcpBundle? FromVariables()
    {
        var dcp = Environment.GetEnvironmentVariable("ASPIRE_DCP_PATH");
        var dashboard = Environment.GetEnvironmentVariable("ASPIRE_DASHBOARD_PATH");
        if (string.IsNullOrEmpty(dcp) || string.IsNullOrEmpty(dashboard)) return null;
        var bundle = new DcpBundle(Path.Combine(dcp, "dcp"), Directory.Exists(dashboard) ? Path.Combine(dashboard, "aspire-managed") : dashboard);
        return File.Exists(bundle.Dcp) && File.Exists(bundle.Dashboard) ? bundle
            : throw new DistributedApplicationException($"ASPIRE_DCP_PATH and ASPIRE_DASHBOARD_PATH are set, but {bundle.Dcp} or {bundle.Dashboard} does " +
                $"not exist; correct or unset them.");
    }

    private static DcpBundle? At(string folder)
    {
        var bundle = new DcpBundle(Path.Combine(folder, "dcp", "dcp"), Path.Combine(folder, "managed", "aspire-managed"));
        return File.Exists(bundle.Dcp) && File.Exists(bundle.Dashboard) ? bundle : null;
    }

    private static string Platform()
    {
        var os = OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "osx"
            : throw new DistributedApplicationException("The AppHost runs on Linux and macOS; use WSL on Windows.");
        return $"{os}-{(RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "x64")}";
    }
}

/// <summary>A step of the start that another program does.</summary>
internal static class Step
{
    /// <summary>Runs a program to its end and gives what it printed.</summary>
    /// <exception cref="DistributedApplicationException">It is missing, failed or took too long; the message says in one sentence what and, by <paramref
    /// name="wayOut"/>, what to do.</exception>
    public static Task<string> RunAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment, TimeSpan timeout,
        string what, string wayOut, CancellationToken ct)
        => Task.Run(() =>
        {
            try
            {
                return Tool.Run(program, arguments, new ToolOptions { Environment = environment ?? new Dictionary<string, string>(), Timeout = timeout }, ct);
            }
            catch (ToolException e)
            {
                throw new DistributedApplicationException($"{what} failed ({e.Message}): {wayOut}.");
            }
        }, ct);
}
