using System.Diagnostics;
using System.Formats.Tar;
using System.Text;
using EngineRoots;

namespace Tests.Containers;

/// <summary>
/// Images of PostgreSQL and Redis for machines without access to an image registry. They contain the programs of the engine root, at the path for
/// which they are linked, and this machine's shell. They support the variables, commands, users and folders that the AppHost expects of the official images.
/// </summary>
internal static class EngineImages
{
    private const UnixFileMode Everyone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode Anyone = Everyone | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite | UnixFileMode.StickyBit;

    private const int PostgresId = 999;

    private const string Users = "root:x:0:0::/:/bin/sh\npostgres:x:999:999::/var/lib/postgresql:/bin/sh\n";

    private const string Groups = "root:x:0:\npostgres:x:999:\n";

    /// <summary>
    /// Does what the official image does on the first and on every start. Postgres only shuts down quickly on SIGINT. An imported image cannot declare a
    /// stop signal, so the shell converts SIGTERM into SIGINT (SIGTERM ends the first wait).
    /// </summary>
    private const string PostgresEntry = """
        #!/bin/sh
        set -e
        if [ ! -s "$PGDATA/PG_VERSION" ]; then
            initdb -D "$PGDATA" --username="$POSTGRES_USER" --pwfile=/dev/stdin $POSTGRES_INITDB_ARGS <<END
        $POSTGRES_PASSWORD
        END
            printf '\nhost all all all %s\n' "$POSTGRES_HOST_AUTH_METHOD" >>"$PGDATA/pg_hba.conf"
        fi
        "$@" -c 'listen_addresses=*' & p=$!
        trap 'kill -INT $p' TERM
        wait $p || wait $p

        """;

    private static readonly string[] PostgresChanges =
    [
        "USER postgres", "WORKDIR /", """ENTRYPOINT ["/entrypoint.sh"]""", """CMD ["postgres"]""",
            $"ENV PGDATA=/var/lib/postgresql/{EngineRoot.PostgresMajor}/docker",
    ];

    private static readonly string[] RedisChanges = ["WORKDIR /data", """CMD ["redis-server"]"""];

    /// <summary>Builds an image with the given name, which is an official name of postgres or redis.</summary>
    /// <returns>Null, or the error message of the engine.</returns>
    public static Task<string?> BuildAsync(EngineCli engine, EngineRoot root, string name, CancellationToken ct)
    {
        // GMT is the only time zone that Postgres knows without zone files.
        string[] changes =
        [
            $"ENV PATH={Path.GetDirectoryName(root.Postgres)}:{Path.GetDirectoryName(root.RedisServer)}:/bin", "ENV TZ=GMT",
            .. name.Contains("postgres", StringComparison.Ordinal) ? PostgresChanges : RedisChanges,
        ];
        return engine.TryAsync(["import", .. changes.Select(c => $"--change={c}"), "-", name], s => WriteAsync(s, root, ct), ct);
    }

    private static async Task WriteAsync(Stream stream, EngineRoot root, CancellationToken ct)
    {
        await using var tar = new TarWriter(stream, leaveOpen: true);
        IReadOnlyList<string> shell = [.. await ShellAsync(ct)];
        foreach (var folder in new[] { "/tmp", "/run", "/dev", "/proc", "/sys" }) await AddFolderAsync(tar, folder, Anyone, 0, ct);
        // Each folder exactly once: the engine rejects duplicates, and creates missing ones accessible to root only.
        foreach (var folder in new[] { "/etc/passwd", "/data/dump.rdb", "/var/lib/postgresql", "/var/run/postgresql" }.Concat(shell).SelectMany(Above)
            .Union(Above(root.Path)).Append(root.Path))
            await AddFolderAsync(tar, folder, Everyone, 0, ct);
        foreach (var folder in new[] { "/var/lib/postgresql", "/var/run/postgresql" }) await AddFolderAsync(tar, folder, Everyone, PostgresId, ct);
        await AddTextAsync(tar, "/etc/passwd", Users, ct);
        await AddTextAsync(tar, "/etc/group", Groups, ct);
        await AddTextAsync(tar, "/entrypoint.sh", PostgresEntry, ct);
        foreach (var file in shell) await AddFileAsync(tar, file, ct);
        await AddTreeAsync(tar, root.Path, ct);
    }

    /// <summary>Returns the parent folders of a path, outermost first.</summary>
    private static IEnumerable<string> Above(string path) => Path.GetDirectoryName(path) is { Length: > 1 } folder ? Above(folder).Append(folder) : [];

    /// <summary>Returns the shell, its loader and its libraries.</summary>
    private static async Task<IEnumerable<string>> ShellAsync(CancellationToken ct)
    {
        using var ldd = Process.Start(new ProcessStartInfo("ldd", ["/bin/sh"]) { RedirectStandardOutput = true })!;
        var words = (await ldd.StandardOutput.ReadToEndAsync(ct)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Where(w => w.StartsWith('/')).Distinct().Prepend("/bin/sh");
    }

    private static async Task AddTreeAsync(TarWriter tar, string folder, CancellationToken ct)
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            await tar.WriteEntryAsync(entry.FullName, Name(entry.FullName), ct);
            if (entry is DirectoryInfo && entry.LinkTarget is null) await AddTreeAsync(tar, entry.FullName, ct);
        }
    }

    private static Task AddFolderAsync(TarWriter tar, string path, UnixFileMode mode, int owner, CancellationToken ct)
        => tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, Name(path)) { Mode = mode, Uid = owner, Gid = owner }, ct);

    /// <summary>Adds a file of this machine, following links.</summary>
    private static async Task AddFileAsync(TarWriter tar, string path, CancellationToken ct)
    {
        await using var content = File.OpenRead(path);
        await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, Name(path)) { Mode = Everyone, DataStream = content }, ct);
    }

    private static Task AddTextAsync(TarWriter tar, string path, string text, CancellationToken ct)
        => tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, Name(path))
        {
            Mode = Everyone, DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
        }, ct);

    private static string Name(string path) => path.TrimStart('/');
}
