using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EngineRoots;

namespace NativeEngines;

/// <summary>Runs PostgreSQL like the postgres image, and the engine behind a mongo image: PostgreSQL with the DocumentDB extension.</summary>
internal static class PostgresRecipe
{
    private const string PasswordMark = "aspire-password.txt", Owner = "postgres";
    private const int SharedMegabytesMax = 1024, MaintenanceMegabytesMax = 512;
    private static readonly TimeSpan LockLimit = TimeSpan.FromMinutes(5), InitialiseLimit = TimeSpan.FromMinutes(3);
    private const int SocketPathBytesMax = 107; // sun_path of unix(7) without the terminating NUL

    // On SIGTERM, Postgres would wait for its clients forever, so this shell turns it into SIGINT (fast shutdown). If the shell is killed, the kernel sends the
    // same signal (PR_SET_PDEATHSIG). wait returns early after the trap has run, hence the loop. Costs 1.6 MB.
    private const string StopFast = """
        setpriv --pdeathsig INT -- "$@" & p=$!
        trap 'kill -INT $p' TERM INT HUP
        while :; do wait $p; s=$?; kill -0 $p 2>/dev/null || exit $s; done
        """;

    // One kind of server: its superuser, the needs of initdb and the first start, and those of every start. Sql runs once, in the database postgres.
    private sealed record Flavour(
        string DataTarget, int Port, string BootstrapUser, string User, string Password,
        IReadOnlyList<string> InitArguments, IReadOnlyList<string> InitSql, IReadOnlyList<string> Settings);

    /// <summary>Prepares the postgres image: POSTGRES_USER, _PASSWORD, _DB, _HOST_AUTH_METHOD, _INITDB_ARGS; TCP on loopback only.</summary>
    public static NativeProcess Prepare(NativeContext context)
    {
        var user = context.Variable("POSTGRES_USER") is { Length: > 0 } name ? name : "postgres";
        var method = context.Variable("POSTGRES_HOST_AUTH_METHOD") is { Length: > 0 } given ? given : "scram-sha-256";
        var database = context.Variable("POSTGRES_DB") is { Length: > 0 } db ? db : user;
        var password = context.Variable("POSTGRES_PASSWORD");
        if (password.Length == 0 && method != "trust")
            throw context.Trouble("a PostgreSQL server requires a password; set POSTGRES_PASSWORD");
        var initArguments = ShellWords.Parse(context.Variable("POSTGRES_INITDB_ARGS"), new Dictionary<string, string>());
        return Prepare(context, new(
            "/var/lib/postgresql", 5432, user, user, password,
            ["--auth-local=scram-sha-256", $"--auth-host={method}", .. initArguments],
            database == Owner ? [] : [$"CREATE DATABASE {Identifier(database)}"],
            ["listen_addresses=127.0.0.1", "unix_socket_directories="]));
    }

    /// <summary>
    /// Prepares the engine behind a mongo image. MONGO_INITDB_ROOT_USERNAME and _PASSWORD become a superuser with a password, as which clients log in to the
    /// gateway. The extension's owner has no password and can connect only through the socket in the resource's private folder, which no other user can enter.
    /// Only the gateway and the extension's own workers use that socket.
    /// </summary>
    public static NativeProcess PrepareDocumentDb(NativeContext context)
    {
        var (user, password) = (context.Variable("MONGO_INITDB_ROOT_USERNAME"), context.Variable("MONGO_INITDB_ROOT_PASSWORD"));
        if (user.Length == 0 || password.Length == 0 || user == Owner)
            throw context.Trouble($"a MongoDB server requires MONGO_INITDB_ROOT_USERNAME (not \"{Owner}\") and MONGO_INITDB_ROOT_PASSWORD");
        return Prepare(context, new(
            "/data/db", 27017, Owner, user, password, ["--auth-local=trust", "--auth-host=scram-sha-256"],
            ["CREATE EXTENSION documentdb CASCADE", "CREATE EXTENSION documentdb_extended_rum"], DocumentDbSettings(context.Scratch)));
    }

    private static string[] DocumentDbSettings(string socketFolder) =>
    [
        "listen_addresses=", $"unix_socket_directories={socketFolder}", "unix_socket_permissions=0700",
        "shared_preload_libraries=pg_cron,pg_documentdb_core,pg_documentdb,pg_documentdb_extended_rum",
        // Permanently decides how indexes are built; without it no sort uses an index.
        "documentdb.alternate_index_handler_name=extended_rum",
        "documentdb.useFileBasedPersistedCursors=on", "documentdb.defaultCursorExpiryTimeLimitSeconds=600", "documentdb_core.enableCollation=on",
        $"documentdb.localhost_connection_string=host={socketFolder}",
        "cron.database_name=postgres", "cron.use_background_workers=on", "cron.log_run=off", "cron.log_statement=off", "max_worker_processes=16",
        // Keeps $group in memory: its planner overestimates the number of groups and would sort whole documents on disk.
        "hash_mem_multiplier=200",
        // For collections of several gigabytes. After each checkpoint every page is logged in full once, so checkpoints are rare.
        $"shared_buffers={MemoryShare(8, SharedMegabytesMax)}MB", $"maintenance_work_mem={MemoryShare(16, MaintenanceMegabytesMax)}MB",
        "max_wal_size=6GB", "checkpoint_timeout=15min", "wal_compression=lz4",
    ];

    /// <summary>Gets a fraction of the machine's memory, in megabytes.</summary>
    private static string MemoryShare(int divisor, int megabytesMax)
        => Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / divisor >> 20, 64, megabytesMax).ToString(CultureInfo.InvariantCulture);

    private static NativeProcess Prepare(NativeContext context, Flavour flavour)
    {
        context.MakeScratch();
        var (folder, isKept) = context.DataFolder(flavour.DataTarget);
        var (data, port) = (Path.Combine(folder, "data"), context.HostPort(flavour.Port));
        RequireShortPath(context, flavour, port);
        // Left by a killed server, never by this one: another process with its id would prevent the new server from starting.
        foreach (var stale in Directory.GetFiles(context.Scratch, ".s.PGSQL.*")) File.Delete(stale);
        if (!Directory.Exists(folder)) EngineUser.Own(folder, context.Cancellation);
        var lockFile = Path.Combine(folder, ".lock");
        using (FileLock.Acquire(lockFile, LockLimit, () => context.Log("Waiting for another AppHost that is preparing this volume."), context.Cancellation))
        {
            if (Directory.Exists(data)) PrepareExisting(context, flavour, data);
            else Initialise(context, flavour, folder, isKept);
        }

        string[] arguments =
        [
            "-D", data, "-p", port.ToString(CultureInfo.InvariantCulture), .. Switches(flavour.Settings),
            .. context.Spec.Args.SkipWhile(a => a is "postgres" or "mongod"),
        ];
        return EngineUser.Launch("/bin/sh", ["-c", StopFast, "postgres", context.Root.Postgres, .. arguments], context.Scratch);
    }

    private static void RequireShortPath(NativeContext context, Flavour flavour, int port)
    {
        if (flavour.Settings.Contains($"unix_socket_directories={context.Scratch}")
            && Encoding.UTF8.GetByteCount($"{context.Scratch}/.s.PGSQL.{port}") > SocketPathBytesMax)
            throw context.Trouble($"the path of its folder, {context.Scratch}, is too long for a socket; set TMPDIR to a shorter path");
    }

    // Created under another name, complete with password and extensions, and on disk before it gets its own name: a data folder is complete or missing.
    private static void Initialise(NativeContext context, Flavour flavour, string folder, bool isKept)
    {
        var (making, ct) = (Path.Combine(folder, "data.making"), context.Cancellation);
        if (Directory.Exists(making)) Directory.Delete(making, recursive: true);
        if (Directory.GetFileSystemEntries(folder).FirstOrDefault(e => Path.GetFileName(e) is not ".lock") is { } foreign)
            throw context.Trouble($"{folder} contains {Path.GetFileName(foreign)}, not created by the native engine; use another volume, Docker or Podman");
        EngineUser.Own(making, ct);
        var passwordFile = Path.Combine(context.Scratch, "password");
        EngineUser.WriteSecret(passwordFile, flavour.Password + "\n", ct);
        var isLoginBootstrapped = flavour.User == flavour.BootstrapUser && flavour.Password.Length > 0;
        var asUser = new ToolOptions { AsEngineUser = true, Timeout = InitialiseLimit };
        // The builtin locale needs no locale files of the machine, and sorts the same on all machines.
        Tool.Run(context.Root.InitDb,
            [
                "-D", making, "-U", flavour.BootstrapUser, "--no-sync", "--encoding=UTF8",
                "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                .. isLoginBootstrapped ? [$"--pwfile={passwordFile}"] : Array.Empty<string>(), .. flavour.InitArguments,
            ], asUser, ct);
        File.Delete(passwordFile);
        IEnumerable<string> sql = [.. flavour.InitSql, .. isLoginBootstrapped || flavour.Password.Length == 0 ? [] : LoginSql(flavour.User, flavour.Password)];
        if (sql.Any()) RunSql(context, making, ["fsync=off", .. flavour.Settings], sql);
        MarkPassword(making, flavour, ct);
        if (isKept) Tool.Run("sync", ["-f", making], new(), ct);
        Directory.Move(making, Path.Combine(folder, "data"));
        context.Log($"Initialized PostgreSQL {EngineRoot.PostgresMajor} data in {folder}.");
    }

    private static void PrepareExisting(NativeContext context, Flavour flavour, string data)
    {
        var versionFile = Path.Combine(data, "PG_VERSION");
        var version = File.Exists(versionFile) ? File.ReadAllText(versionFile).Trim() : "an unknown version";
        if (version != EngineRoot.PostgresMajor.ToString(CultureInfo.InvariantCulture))
            throw context.Trouble($"the data in {data} is from PostgreSQL {version}, but the native engine is {EngineRoot.PostgresMajor}; " +
                "dump it with its own version, or use another volume");
        EngineUser.Own(data, context.Cancellation);
        var lockFile = Path.Combine(data, "postmaster.pid");
        var postmaster = File.Exists(lockFile) && int.TryParse(File.ReadLines(lockFile).FirstOrDefault(), CultureInfo.InvariantCulture, out var id) ? id : 0;
        context.WaitUntilReleased(data, process => process == postmaster);
        // No process uses the folder, so this file is left from a kill. Postgres would refuse to start if another program now has its process id.
        File.Delete(lockFile);
        if (flavour.Password.Length == 0 || IsPasswordMarked(data, flavour)) return;
        RunSql(context, data, flavour.Settings, LoginSql(flavour.User, flavour.Password));
        MarkPassword(data, flavour, context.Cancellation);
        context.Log($"Set the password of {flavour.User} in the existing data to the current one.");
    }

    // Single-user mode needs no authentication and no port, and stops at the end of its input; initdb also uses it. Each line is one statement.
    private static void RunSql(NativeContext context, string data, IEnumerable<string> settings, IEnumerable<string> statements) => Tool.Run(
        context.Root.Postgres, ["--single", "-D", data, .. Switches(["exit_on_error=on", .. settings]), Owner],
        new() { AsEngineUser = true, Timeout = InitialiseLimit, Input = string.Join('\n', statements) + "\n" }, context.Cancellation);

    /// <summary>Gets statements, one per line, that create a superuser with that name and password or update the existing one.</summary>
    internal static string[] LoginSql(string user, string password) =>
    [
        $"DO {Literal($"BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {Literal(user)}) THEN CREATE ROLE {Identifier(user)}; END IF; END")}",
        $"ALTER ROLE {Identifier(user)} WITH SUPERUSER LOGIN PASSWORD {Literal(password)}",
    ];

    /// <summary>Writes any text as an SQL string constant on one line.</summary>
    internal static string Literal(string value) => "E'" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal) + "'";

    private static string Identifier(string name) => name.Contains('\n', StringComparison.Ordinal)
        ? throw new EngineException("A PostgreSQL name cannot contain a line break.")
        : '"' + name.Replace("\"", "\"\"", StringComparison.Ordinal) + '"';

    private static IEnumerable<string> Switches(IEnumerable<string> settings) => settings.SelectMany(setting => new[] { "-c", setting });

    // The mark is among the data, which holds the same password in the same form (salted, 4096 rounds), so it reveals nothing.
    private static void MarkPassword(string data, Flavour flavour, CancellationToken ct)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        EngineUser.WriteSecret(Path.Combine(data, PasswordMark), $"{Convert.ToHexString(salt)} {Hash(flavour, salt)}\n", ct);
    }

    private static bool IsPasswordMarked(string data, Flavour flavour)
    {
        var path = Path.Combine(data, PasswordMark);
        return File.Exists(path) && File.ReadAllText(path).Trim().Split(' ') is [{ Length: 32 } salt, var hash]
            && hash == Hash(flavour, Convert.FromHexString(salt));
    }

    private static string Hash(Flavour flavour, byte[] salt) =>
        Convert.ToHexString(Rfc2898DeriveBytes.Pbkdf2($"{flavour.User}\0{flavour.Password}", salt, 4096, HashAlgorithmName.SHA256, 32));
}
