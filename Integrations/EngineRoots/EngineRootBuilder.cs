using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace EngineRoots;

/// <summary>
/// Creates an engine root: apt with private state -> dpkg-deb -x -> keep only what engines need -> patchelf to the private loader and libraries, with the final
/// path while still in a temporary folder -> rename -> test run -> marker. The caller must hold the cache's lock.
/// </summary>
internal sealed class EngineRootBuilder(EngineRootOptions options, Action<string> progress)
{
    /// <summary>The recipe's version. Increase it when a change here makes existing roots incompatible.</summary>
    public const int Recipe = 1;

    private const string TemporaryPrefix = ".making-", DiscardedPrefix = ".discarded-", ClusterSuffix = "-cluster";
    private const long FreeBytesMin = 600L * 1024 * 1024; // measured: 431 MB at the peak

    private static readonly string[] EnginePackages = [$"postgresql-{EngineRoot.PostgresMajor}-documentdb", "redis-server", "nginx", "patchelf"];
    private static readonly string[] ClusterPackages = ["patroni", "etcd-server", "etcd-client", "python3-etcd", "python3-dnspython"];

    // Dependencies of maintainer scripts and of parts that are not kept (postgis_raster, postgis_sfcgal). apt sees them as installed: with their own
    // dependencies they are 60 % of the download. A name that is no longer in the archive has no effect.
    private static readonly string[] NotNeeded =
    [
        "libgdal#", "libsfcgal#", "adduser", "debconf", "locales", "passwd", "perl", "perl-base", "postgresql-client-common", "postgresql-common", "procps",
        "proj-data", "ssl-cert", "systemd", "tzdata", "ucf", "ca-certificates", "media-types", "python3-consul", "python3-systemd", "python3-openssl",
    ];

    // A third of Python, and nothing that Patroni imports.
    private static readonly string[] PythonNotNeeded = ["test", "idlelib", "tkinter", "ensurepip", "turtledemo", "pydoc_data", "lib2to3"];

    private readonly (string Debian, string Triplet, string Loader) _architecture = RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => ("amd64", "x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
        Architecture.Arm64 => ("arm64", "aarch64-linux-gnu", "ld-linux-aarch64.so.1"),
        var other => throw Failure("choosing packages", $"no packages exist for {other} processors"),
    };

    /// <summary>The folder of the finished root.</summary>
    public string Target => Path.Combine(options.CacheDirectory, $"{Prefix}{Recipe}{(options.HasCluster ? ClusterSuffix : "")}");

    private string Prefix => $"{options.Suite}-{_architecture.Debian}-";
    private string[] Packages => options.HasCluster ? [.. EnginePackages, .. ClusterPackages] : EnginePackages;
    private string Libraries => $"usr/lib/{_architecture.Triplet}";
    private static string PostgresHome => $"usr/lib/postgresql/{EngineRoot.PostgresMajor}";
    private static string PostgresShare => $"usr/share/postgresql/{EngineRoot.PostgresMajor}";

    /// <summary>Builds <see cref="Target"/> from scratch, and removes leftovers of killed builders and older recipes.</summary>
    /// <exception cref="EngineException">A step failed; no partial root is left.</exception>
    public void Build(CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        var work = Path.Combine(options.CacheDirectory, TemporaryPrefix + Guid.NewGuid().ToString("N"));
        var tree = Path.Combine(work, "root");
        var apt = new AptPackages(Path.Combine(work, "apt"), _architecture.Debian, options, ct);
        try
        {
            progress($"preparing PostgreSQL, Redis and nginx in {options.CacheDirectory}; this happens once and downloads about " +
                $"{(options.HasCluster ? 90 : 60)} MB.");
            Step("checking the machine", () => { CheckMachine(); Sweep(); Directory.CreateDirectory(tree); return ""; });
            Step("reading the package lists", () => { apt.ReadLists(); return "package lists read"; });
            string[] debs = [];
            Step("downloading packages", () =>
            {
                debs = apt.Download(Packages, NotNeeded, progress);
                return $"{AptPackages.Megabytes(Path.GetDirectoryName(debs[0])!)} in {debs.Length} packages downloaded";
            });
            Step("unpacking packages", () => { Unpack(debs, tree, ct); return $"{AptPackages.Megabytes(tree)} unpacked"; });
            Step("linking programs to their libraries", () => { Prune(tree); Link(tree, ct); return $"{AptPackages.Megabytes(tree)} kept and linked"; });
            Step("moving the engines into place", () => { Discard(Target); Directory.Move(tree, Target); return ""; });
            Step("testing the engines", () => { Try(ct); return "engines tested"; });
            Step("writing the marker", () => { WriteMarker(debs, ct); return ""; });
            progress($"ready after {Seconds(clock)}, {Versions()}.");
        }
        finally
        {
            if (EngineRoot.TryOpen(Target) is null) Discard(Target);
            Discard(work);
        }
    }

    /// <summary>Runs one step. A non-empty text result becomes a progress line; a failure becomes one sentence for the user.</summary>
    public T Step<T>(string what, Func<T> work)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            var result = work();
            if (result is string { Length: > 0 } done) progress($"{done} ({Seconds(clock)}).");
            return result;
        }
        catch (Exception e) when (e is ToolException or IOException or UnauthorizedAccessException)
        {
            throw Failure(what, Why(e));
        }
        catch (AggregateException e) when (e.Flatten().InnerExceptions is [var first, ..])
        {
            throw Failure(what, Why(first));
        }
    }

    internal static EngineException Failure(string step, string why) => new(
        $"The native database engines could not be prepared: {step} failed, because {why.TrimEnd('.')}; start Docker or Podman, " +
        "or set ConnectionStrings__<NAME> to an existing server, or use a Debian-based machine with a reachable mirror.");

    private string Why(Exception e) => e.Message.Contains("No space left", StringComparison.Ordinal)
        ? $"the disk of {options.CacheDirectory} is full ({FreeBytesMin >> 20} MB are needed temporarily)"
        : e.Message;

    private void CheckMachine()
    {
        if (new[] { "apt-get", "apt-cache", "apt-config", "dpkg-deb", "setpriv" }.FirstOrDefault(name => !Tool.IsOnPath(name)) is { } missing)
            throw new IOException($"{missing} is not installed on this machine");
        var free = new DriveInfo(options.CacheDirectory).AvailableFreeSpace;
        if (free < FreeBytesMin)
            throw new IOException($"{options.CacheDirectory} has {free >> 20} MB left and {FreeBytesMin >> 20} MB are needed temporarily");
    }

    private static void Unpack(string[] debs, string tree, CancellationToken ct) => Parallel.ForEach(
        debs.OrderByDescending(deb => new FileInfo(deb).Length),
        new ParallelOptions { MaxDegreeOfParallelism = Math.Clamp(Environment.ProcessorCount, 1, 4), CancellationToken = ct },
        deb => Tool.Run("dpkg-deb", ["-x", deb, tree], new() { Timeout = TimeSpan.FromMinutes(2) }, ct));

    // Keeps programs, modules, libraries and Postgres' shared files, except unused ones that would double the size.
    private void Prune(string tree)
    {
        string[] python = [.. Directory.GetDirectories(Path.Combine(tree, "usr/lib"), "python3*").Select(folder => Path.GetRelativePath(tree, folder))];
        string[] kept = ["etc/nginx", "usr/bin", "usr/sbin", PostgresHome, PostgresShare, Libraries, .. python];
        foreach (var folder in new[] { "", "etc", "usr", "usr/lib", "usr/share" })
            foreach (var entry in Directory.GetFileSystemEntries(Path.Combine(tree, folder)))
            {
                var name = Path.GetRelativePath(tree, entry);
                if (!kept.Any(k => k == name || k.StartsWith(name + "/", StringComparison.Ordinal) || name.StartsWith(k + "/", StringComparison.Ordinal)))
                    Delete(entry);
            }

        string[] left = [$"{Libraries}/gconv", $"{PostgresHome}/lib/bitcode", $"{PostgresHome}/lib/pgxs", $"{PostgresShare}/contrib", $"{PostgresShare}/man"];
        var unused = python.SelectMany(folder => PythonNotNeeded.Select(part => $"{folder}/{part}")).Where(part => Directory.Exists(Path.Combine(tree, part)));
        foreach (var part in left.Concat(unused)) Delete(Path.Combine(tree, part));
        foreach (var module in Files(tree, $"{PostgresHome}/lib", "postgis_*.so")) File.Delete(module);
        var extensions = Path.Combine(tree, PostgresShare, "extension");
        foreach (var pattern in new[] { "postgis_*", "postgis--*--*", "address_standardizer*", "rum--*--*" })
            foreach (var script in Files(extensions, "", pattern)) File.Delete(script);
        // Debian creates this link with update-alternatives, in a script that does not run here.
        File.Copy(Path.Combine(extensions, "postgis-3.control"), Path.Combine(extensions, "postgis.control"), overwrite: true);
    }

    private void Link(string tree, CancellationToken ct)
    {
        var libraries = Path.Combine(tree, Libraries);
        var path = $"{Path.Combine(Target, Libraries)}:{Path.Combine(Target, PostgresHome, "lib")}";
        var loader = Path.Combine(libraries, _architecture.Loader);
        string[] patchelf = ["--library-path", libraries, Path.Combine(tree, "usr/bin/patchelf"), "--force-rpath", "--set-rpath", path];
        string[] programs = [.. Files(tree, $"{PostgresHome}/bin", "*"), .. Files(tree, "usr/bin", "redis-*"), .. Files(tree, "usr/sbin", "nginx")];
        Tool.Run(loader, [.. patchelf, "--set-interpreter", Path.Combine(Target, Libraries, _architecture.Loader), .. programs.Where(IsElf)], new(), ct);
        // Modules have their own RUNPATH, which would override the program's RPATH.
        Tool.Run(loader, [.. patchelf, .. Files(tree, $"{PostgresHome}/lib", "*.so")], new(), ct);
        string[] scripts = options.HasCluster ? LinkCluster(tree, loader, patchelf, ct) : [];
        foreach (var other in Files(tree, "usr/bin", "*").Except([.. programs, .. scripts])) File.Delete(other);
    }

    // Returns the programs. Patroni's are scripts of Python, which is loaded at a fixed address: patchelf breaks it if it sets both paths in one run.
    private string[] LinkCluster(string tree, string loader, string[] patchelf, CancellationToken ct)
    {
        string[] interpreter = ["--set-interpreter", Path.Combine(Target, Libraries, _architecture.Loader)];
        string[] etcd = [.. Files(tree, "usr/bin", "etcd").Concat(Files(tree, "usr/bin", "etcdctl"))], python = Files(tree, "usr/bin", "python3*");
        Tool.Run(loader, [.. patchelf, .. interpreter, .. etcd], new(), ct);
        foreach (var program in python.Where(IsElf))
        {
            Tool.Run(loader, [.. patchelf, program], new(), ct);
            Tool.Run(loader, [.. patchelf[..3], .. interpreter, program], new(), ct);
        }

        return [.. etcd, .. python, .. Files(tree, "usr/bin", "patroni"), .. Files(tree, "usr/bin", "patronictl")];
    }

    private static string[] Files(string tree, string folder, string pattern) => Directory.GetFiles(Path.Combine(tree, folder), pattern);

    private static bool IsElf(string file)
    {
        if (File.ResolveLinkTarget(file, returnFinalTarget: false) is not null) return false;
        Span<byte> magic = stackalloc byte[4];
        using var stream = File.OpenRead(file);
        return stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length && magic.SequenceEqual("\u007fELF"u8);
    }

    // The paths are final, so the engines can run for the first time here: as the user that will run them.
    private void Try(CancellationToken ct)
    {
        var asUser = new ToolOptions { AsEngineUser = true };
        var loader = Path.Combine(Target, Libraries, _architecture.Loader);
        foreach (var program in new[] { $"{PostgresHome}/bin/postgres", $"{PostgresHome}/bin/psql", "usr/bin/redis-server", "usr/bin/redis-cli" })
            Tool.Run(Path.Combine(Target, program), ["--version"], asUser, ct);
        Tool.Run(Path.Combine(Target, "usr/sbin/nginx"), ["-v"], asUser, ct);
        if (options.HasCluster) TryCluster(asUser, ct);
        foreach (var module in new[] { "pg_cron", "pg_documentdb_core", "pg_documentdb", "pg_documentdb_extended_rum", "vector", "postgis-3" })
        {
            var listing = Tool.Run(loader, ["--list", Path.Combine(Target, PostgresHome, "lib", module + ".so")], asUser, ct);
            if (listing.Split('\n').FirstOrDefault(line => line.Contains("not found", StringComparison.Ordinal)) is { } missing)
                throw new ToolException($"{module} needs {missing.Trim()}");
        }
    }

    private void TryCluster(ToolOptions asUser, CancellationToken ct)
    {
        var python = Path.Combine(Target, "usr/bin/python3");
        // The engines' users cannot write there, so that Patroni would be compiled at each start.
        Tool.Run(python, ["-m", "compileall", "-q", .. Directory.GetDirectories(Path.Combine(Target, "usr/lib"), "python3*")], new(), ct);
        Tool.Run(python, [Path.Combine(Target, "usr/bin/patroni"), "--version"], asUser, ct);
        Tool.Run(python, ["-c", "import patroni.dcs.etcd3, patroni.api, psycopg2, yaml, ssl"], asUser, ct);
        Tool.Run(Path.Combine(Target, "usr/bin/etcd"), ["--version"], asUser, ct);
        Tool.Run(Path.Combine(Target, "usr/bin/etcdctl"), ["version"], asUser, ct);
    }

    private void WriteMarker(string[] debs, CancellationToken ct)
    {
        var (files, bytes) = EngineMarker.Measure(Target);
        var packages = debs.Select(EngineMarker.PackageOf).ToDictionary(StringComparer.Ordinal);
        // Files first, marker second, both on disk: after a power cut the root is complete or missing.
        Tool.Run("sync", ["-f", Target], new(), ct);
        var marker = Path.Combine(Target, EngineMarker.FileName);
        File.WriteAllText(marker + ".new", new EngineMarker(Recipe, Target, files, bytes, packages).Format());
        File.Move(marker + ".new", marker);
    }

    private string Versions()
    {
        var versions = EngineRoot.TryOpen(Target)?.Versions ?? new Dictionary<string, string>();
        string[] named =
            [$"postgresql-{EngineRoot.PostgresMajor}", EnginePackages[0], "redis-server", "nginx", .. options.HasCluster ? ClusterPackages[..2] : []];
        return string.Join(", ", named.Select(name => $"{name} {versions.GetValueOrDefault(name)}"));
    }

    // The lock is held, so everything with these prefixes is abandoned. Roots of other recipes are removed too, unless a process still runs from them.
    private void Sweep()
    {
        var running = Directory.GetDirectories("/proc").Select(process => ProcFile.LinkTarget(Path.Combine(process, "exe"))).OfType<string>().ToList();
        foreach (var folder in Directory.GetDirectories(options.CacheDirectory))
        {
            var name = Path.GetFileName(folder);
            var isDead = name.StartsWith(TemporaryPrefix, StringComparison.Ordinal) || name.StartsWith(DiscardedPrefix, StringComparison.Ordinal);
            var isOldRoot = name.StartsWith(Prefix, StringComparison.Ordinal) && name.Split('-')[2] != $"{Recipe}";
            if (isDead || (isOldRoot && !running.Exists(exe => exe.StartsWith(folder + "/", StringComparison.Ordinal)))) Discard(folder);
        }
    }

    // Renamed first, so that a partial root is never visible. A folder that cannot be deleted now (a killed builder's tool may still write) is removed by the
    // next sweep.
    private void Discard(string folder)
    {
        if (!Directory.Exists(folder)) return;
        try
        {
            var discarded = Path.Combine(options.CacheDirectory, DiscardedPrefix + Guid.NewGuid().ToString("N"));
            Directory.Move(folder, discarded);
            Directory.Delete(discarded, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static void Delete(string entry)
    {
        if (File.ResolveLinkTarget(entry, returnFinalTarget: false) is not null || File.Exists(entry)) File.Delete(entry);
        else if (Directory.Exists(entry)) Directory.Delete(entry, recursive: true);
    }

    private static string Seconds(Stopwatch clock) => string.Create(CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:0.0} s");
}
