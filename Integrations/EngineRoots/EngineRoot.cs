namespace EngineRoots;

/// <summary>
/// PostgreSQL with DocumentDB, Redis and nginx out of Debian packages, unpacked into a folder of the user's cache and linked to lie and run there: no root,
/// no container, nothing installed on the machine. A root is immutable once its marker is written.
/// </summary>
internal sealed class EngineRoot
{
    /// <summary>The major version of PostgreSQL: also the layout of its data.</summary>
    public const int PostgresMajor = 18;

    private static readonly TimeSpan LockLimit = TimeSpan.FromMinutes(20);

    private EngineRoot(EngineMarker marker) => (Path, Versions) = (marker.Path, marker.Packages);

    /// <summary>The root's folder.</summary>
    public string Path { get; }

    /// <summary>Debian package name to version, of everything the root was made from.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; }

    /// <summary>The server's program; the next ones are named as theirs.</summary>
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
    /// <summary>The file types that nginx's image has at /etc/nginx/mime.types.</summary>
    public string NginxMimeTypes => System.IO.Path.Combine(Path, "etc/nginx/mime.types");

    /// <summary>Opens the engine root, after making it where it is missing, damaged, moved, or of another recipe. One process makes it, others wait.</summary>
    /// <param name="options">Where and from what.</param>
    /// <param name="progress">Gets one line per step; nothing when the root is ready.</param>
    /// <param name="ct">Cancels; what was made so far is removed.</param>
    /// <exception cref="EngineException">It cannot be made; the message names the step, the reason and the ways out.</exception>
    public static Task<EngineRoot> EnsureAsync(EngineRootOptions options, Action<string> progress, CancellationToken ct)
    {
        var builder = new EngineRootBuilder(options, progress);
        return TryOpen(builder.Target) is { } root
            ? Task.FromResult(root)
            : Task.Factory.StartNew(() => Make(builder, options.CacheDirectory, progress, ct), ct, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The root in a folder, when its marker fits the folder's place, the current recipe and the files there; else null.</summary>
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
            return FileLock.Acquire(file, LockLimit, () => progress("another AppHost is preparing the engines, waiting."), ct);
        });
        if (TryOpen(builder.Target) is { } made) return made;
        builder.Build(ct);
        return TryOpen(builder.Target)
            ?? throw new EngineException($"The engine root {builder.Target} was changed while it was being made; start again.");
    }

    private string PostgresTool(string name) => System.IO.Path.Combine(Path, $"usr/lib/postgresql/{PostgresMajor}/bin", name);
}
