namespace EngineRoots;

/// <summary>
/// PostgreSQL with DocumentDB, Redis and nginx from Debian packages, unpacked into a folder of the user's cache and linked to run there: no root, no container,
/// nothing installed on the machine. A root is immutable once its marker is written.
/// </summary>
internal sealed class EngineRoot
{
    /// <summary>PostgreSQL's major version, which also determines the layout of its data.</summary>
    public const int PostgresMajor = 18;

    private static readonly TimeSpan LockLimit = TimeSpan.FromMinutes(20);

    private EngineRoot(EngineMarker marker) => (Path, Versions) = (marker.Path, marker.Packages);

    public string Path { get; }

    /// <summary>The Debian packages that the root was made from: name to version.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; }

    /// <summary>The path of the PostgreSQL server; the next properties are named after their programs.</summary>
    public string Postgres => PostgresTool("postgres");
    public string InitDb => PostgresTool("initdb");
    public string PgCtl => PostgresTool("pg_ctl");
    public string Psql => PostgresTool("psql");
    public string PgDump => PostgresTool("pg_dump");
    public string PgRestore => PostgresTool("pg_restore");
    public string PgBench => PostgresTool("pgbench");
    public string RedisServer => System.IO.Path.Combine(Path, "usr/bin/redis-server");
    public string RedisCli => System.IO.Path.Combine(Path, "usr/bin/redis-cli");
    public string Nginx => System.IO.Path.Combine(Path, "usr/sbin/nginx");
    /// <summary>The file of MIME types that nginx's image has at /etc/nginx/mime.types.</summary>
    public string NginxMimeTypes => System.IO.Path.Combine(Path, "etc/nginx/mime.types");

    /// <summary>
    /// Opens the engine root, and creates it first if it is missing, damaged, moved, or made by another recipe. One process creates it while others wait.
    /// </summary>
    /// <param name="options">The root's location and source.</param>
    /// <param name="progress">Receives one line per step; none if the root is ready.</param>
    /// <param name="ct">Cancels; unfinished files are removed.</param>
    /// <exception cref="EngineException">The root cannot be created; the message names the step, the reason and the alternatives.</exception>
    public static Task<EngineRoot> EnsureAsync(EngineRootOptions options, Action<string> progress, CancellationToken ct)
    {
        var builder = new EngineRootBuilder(options, progress);
        return TryOpen(builder.Target) is { } root
            ? Task.FromResult(root)
            : Task.Factory.StartNew(() => Make(builder, options.CacheDirectory, progress, ct), ct, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Opens the root in a folder; null unless its marker matches the folder's path, the current recipe and the files.</summary>
    internal static EngineRoot? TryOpen(string path)
    {
        try
        {
            var marker = EngineMarker.Parse(File.ReadAllText(System.IO.Path.Combine(path, EngineMarker.FileName)));
            if (marker is null || marker.Recipe != EngineRootBuilder.Recipe || marker.Path != path) return null;
            return EngineMarker.Measure(path) == (marker.Files, marker.Bytes) ? new EngineRoot(marker) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static EngineRoot Make(EngineRootBuilder builder, string cache, Action<string> progress, CancellationToken ct)
    {
        using var held = builder.Step("opening the cache folder", () =>
        {
            Directory.CreateDirectory(cache);
            EngineUser.LetPass(cache);
            if (EngineUser.FirstClosed(cache) is { } closed) throw new IOException($"the engines' user cannot enter {closed}");
            var file = System.IO.Path.Combine(cache, ".lock");
            return FileLock.Acquire(file, LockLimit, () => progress("waiting for another AppHost that is preparing the engines."), ct);
        });
        if (TryOpen(builder.Target) is { } made) return made;
        builder.Build(ct);
        return TryOpen(builder.Target)
            ?? throw new EngineException($"The engine root {builder.Target} was changed while it was being created; start again.");
    }

    private string PostgresTool(string name) => System.IO.Path.Combine(Path, $"usr/lib/postgresql/{PostgresMajor}/bin", name);
}
