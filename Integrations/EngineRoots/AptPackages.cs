using System.Diagnostics;
using System.Globalization;

namespace EngineRoots;

/// <summary>Gets Debian packages from the machine's own mirror with apt, in a private folder. The machine's own apt state is not changed.</summary>
internal sealed class AptPackages(string folder, string architecture, EngineRootOptions options, CancellationToken ct)
{
    private const int MirrorsMax = 3;
    private static readonly TimeSpan ListsTimeout = TimeSpan.FromMinutes(2), DownloadTimeout = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(5);

    // apt's messages for conflicting dependencies, before version 3 and since.
    private static readonly string[] UnresolvedMarks = ["held broken packages", "Unable to satisfy dependencies"];

    /// <summary>Reads the suite's package lists from the first mirror that has them, with their signature checked.</summary>
    /// <exception cref="ToolException">No mirror could be read; the reason is the first mirror's.</exception>
    /// <exception cref="IOException">No Debian mirror is configured, or the keyring to check it is missing.</exception>
    public void ReadLists()
    {
        foreach (var part in new[] { "etc/apt.conf.d", "etc/preferences.d", "state/lists/partial", "cache/archives/partial" })
            Directory.CreateDirectory(Path.Combine(folder, part));
        File.WriteAllText(Path.Combine(folder, "status"), "");
        File.WriteAllText(Path.Combine(folder, "apt.conf"), Settings(Tool.Run("apt-config", ["dump"], new(), ct)));

        var mirrors = AptSources.FindDebianMirrors(options.AptDirectory);
        if (mirrors.Count == 0) throw new IOException($"no Debian mirror found in the apt sources in {options.AptDirectory}");
        var keyring = new[] { "gpg", "pgp" }.Select(type => $"/usr/share/keyrings/debian-archive-keyring.{type}").FirstOrDefault(File.Exists)
            ?? throw new IOException("the package debian-archive-keyring is not installed");
        ToolException? firstTrouble = null;
        foreach (var mirror in mirrors.Take(MirrorsMax))
        {
            File.WriteAllText(Path.Combine(folder, "etc/sources.list"), $"deb [signed-by={keyring}] {mirror} {options.Suite} main\n");
            try
            {
                Tool.Run("apt-get", ["update", "-qq"], Limits(ListsTimeout), ct);
                return;
            }
            catch (ToolException e)
            {
                firstTrouble ??= e;
            }
        }

        throw firstTrouble!;
    }

    /// <summary>Downloads packages with all their dependencies, and reports progress every few seconds. Returns the files.</summary>
    /// <param name="packages">The names of the packages.</param>
    /// <param name="notNeeded">Names to treat as already installed; a <c>#</c> at the end stands for a version number.</param>
    /// <param name="progress">Receives a line every few seconds.</param>
    /// <exception cref="ToolException">apt cannot download them.</exception>
    public string[] Download(IEnumerable<string> packages, IEnumerable<string> notNeeded, Action<string> progress)
    {
        var clock = Stopwatch.StartNew();
        var (archives, status, nextReport) = (Path.Combine(folder, "cache/archives"), Path.Combine(folder, "status"), ReportEvery);
        var limits = Limits(DownloadTimeout) with
        {
            Tick = () =>
            {
                if (clock.Elapsed < nextReport) return;
                nextReport += ReportEvery;
                progress($"downloading, {Megabytes(archives)} so far.");
            },
        };
        string[] install = ["-y", "-qq", "--download-only", "install", .. packages];
        File.WriteAllText(status, InstalledStatus(notNeeded.SelectMany(name => name.EndsWith('#') ? Versioned(name[..^1]) : [name]), architecture));
        try
        {
            Tool.Run("apt-get", install, limits, ct);
        }
        catch (ToolException e) when (UnresolvedMarks.Any(mark => e.Message.Contains(mark, StringComparison.Ordinal)))
        {
            // A package depends on an exact version of one that looks installed. Downloads all of them: slower, but without conflicts.
            File.WriteAllText(status, "");
            Tool.Run("apt-get", install, limits, ct);
        }

        return Directory.GetFiles(archives, "*.deb");
    }

    /// <summary>Formats the size of all files below a folder for people.</summary>
    public static string Megabytes(string folder) => string.Create(CultureInfo.InvariantCulture,
        $"{new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Exists ? file.Length : 0) / 1e6:0} MB");

    /// <summary>
    /// Selects the settings for reaching a mirror (proxies, certificates) from the machine's apt configuration, as printed by apt-config dump.
    /// </summary>
    internal static IEnumerable<string> TransportSettings(string dump) => dump.Split('\n').Where(line =>
        line.StartsWith("Acquire::http::", StringComparison.Ordinal) || line.StartsWith("Acquire::https::", StringComparison.Ordinal));

    /// <summary>Creates a status file for apt in which the packages are installed in a version that satisfies every lower bound.</summary>
    internal static string InstalledStatus(IEnumerable<string> packages, string architecture) => string.Concat(packages.Select(name => $"""
        Package: {name}
        Status: install ok installed
        Version: 999:0
        Architecture: {architecture}
        Multi-Arch: allowed
        Maintainer: none
        Description: not needed


        """));

    // Check-Valid-Until: an outdated mirror still serves signed packages; only the check of their age is skipped.
    private string Settings(string machineSettings) => $"""
        Dir "{folder}"; Dir::State "{folder}/state"; Dir::State::status "{folder}/status"; Dir::Cache "{folder}/cache";
        Dir::Etc "{folder}/etc"; Dir::Etc::sourceparts "-";
        APT::Architecture "{architecture}"; APT::Architectures "{architecture}"; APT::Install-Recommends "false"; APT::Sandbox::User "";
        APT::Update::Error-Mode "any"; Debug::NoLocking "true"; Acquire::Languages "none"; Acquire::Check-Valid-Until "false";
        {string.Join('\n', TransportSettings(machineSettings))}
        Acquire::Retries "1"; Acquire::http::Timeout "10"; Acquire::https::Timeout "10";

        """;

    private IEnumerable<string> Versioned(string prefix) => Tool.Run("apt-cache", ["pkgnames", prefix], Limits(ListsTimeout), ct)
        .Split('\n').Where(name => name.Length > prefix.Length && char.IsDigit(name[prefix.Length]));

    private ToolOptions Limits(TimeSpan timeout) => new()
    {
        Timeout = timeout,
        Environment = new Dictionary<string, string> { ["APT_CONFIG"] = Path.Combine(folder, "apt.conf"), ["DEBIAN_FRONTEND"] = "noninteractive" },
    };
}
