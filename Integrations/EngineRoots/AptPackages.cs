using System.Diagnostics;
using System.Globalization;

namespace EngineRoots;

/// <summary>Gets Debian packages from the machine's own mirror with apt, in a private folder: the machine's apt sees and keeps nothing of it.</summary>
internal sealed class AptPackages(string folder, string architecture, EngineRootOptions options, CancellationToken ct)
{
    private const int MirrorsMax = 3;
    private static readonly TimeSpan ListsTimeout = TimeSpan.FromMinutes(2), DownloadTimeout = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(5);

    // What apt before and since version 3 says when dependencies do not fit together.
    private static readonly string[] UnresolvedMarks = ["held broken packages", "Unable to satisfy dependencies"];

    /// <summary>Reads the suite's package lists from the first mirror that has them, with their signature checked.</summary>
    /// <exception cref="ToolException">No mirror could be read; the reason is the first mirror's.</exception>
    /// <exception cref="IOException">There is no Debian mirror, or no keyring to check it with.</exception>
    public void ReadLists()
    {
        foreach (var part in new[] { "etc/apt.conf.d", "etc/preferences.d", "state/lists/partial", "cache/archives/partial" })
            Directory.CreateDirectory(Path.Combine(folder, part));
        File.WriteAllText(Path.Combine(folder, "status"), "");
        File.WriteAllText(Path.Combine(folder, "apt.conf"), Settings(Tool.Run("apt-config", ["dump"], new(), ct)));

        var mirrors = AptSources.FindDebianMirrors(options.AptDirectory);
        if (mirrors.Count == 0) throw new IOException($"there is no Debian mirror among the apt sources in {options.AptDirectory}");
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

    /// <summary>Downloads packages with all they depend on, and reports every few seconds. Returns the files.</summary>
    /// <param name="packages">Their names.</param>
    /// <param name="notNeeded">Names to treat as installed already; a <c>#</c> at the end stands for a version number.</param>
    /// <param name="progress">Gets a line now and then.</param>
    /// <exception cref="ToolException">apt cannot get them.</exception>
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
            // A package depends on an exact version of one that looks installed: get them all. Slower, but it cannot go wrong that way.
            File.WriteAllText(status, "");
            Tool.Run("apt-get", install, limits, ct);
        }

        return Directory.GetFiles(archives, "*.deb");
    }

    /// <summary>The size of all files below a folder, for people.</summary>
    public static string Megabytes(string folder) => string.Create(CultureInfo.InvariantCulture,
        $"{new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Exists ? file.Length : 0) / 1e6:0} MB");

    /// <summary>The settings of the machine's own apt that say how to reach a mirror (proxies, certificates), out of the output of apt-config dump.</summary>
    internal static IEnumerable<string> TransportSettings(string dump) => dump.Split('\n').Where(line =>
        line.StartsWith("Acquire::http::", StringComparison.Ordinal) || line.StartsWith("Acquire::https::", StringComparison.Ordinal));

    /// <summary>A status file for apt in which packages are installed in a version that satisfies every lower bound.</summary>
    internal static string InstalledStatus(IEnumerable<string> packages, string architecture) => string.Concat(packages.Select(name => $"""
        Package: {name}
        Status: install ok installed
        Version: 999:0
        Architecture: {architecture}
        Multi-Arch: allowed
        Maintainer: none
        Description: not needed


        """));

    // Check-Valid-Until: a mirror that lags behind still serves packages that are signed; what is given up is only the check of their age.
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
