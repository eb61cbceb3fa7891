using System.Globalization;
using System.Text;
using System.Text.Json;
using static AppHost.Deployment.Vms.VirtualMachinePublisher;

namespace AppHost.Deployment.Vms;

/// <summary>
/// Writes a Postgres with a copy on each machine, one of which is the primary. Patroni starts Postgres and decides with etcd which one; a commit is
/// acknowledged when the primary and one other machine have it on disk.
/// </summary>
/// <param name="store">Postgres, or MongoDB, whose engine is a Postgres with an extension.</param>
/// <param name="index">Number of the cluster; each has its own ports.</param>
internal sealed class PostgresCluster(Store store, int index, IReadOnlyList<string> machines)
{
    public const string Administrator = "postgres", Replicator = "replicator";
    private const int FirstPort = 5432, FirstPatroniPort = 8008;

    // Patroni distributes these through etcd, because all copies must have the same values.
    private static readonly string[] SharedSettings = ["max_connections", "max_worker_processes"];
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly string _unit = UnitOf(store);

    public static bool Replicates(Store store) => store.Kind is StoreKind.Postgres or StoreKind.MongoDB;

    public static string UnitOf(Store store) => store.Kind == StoreKind.MongoDB ? $"{store.Name}-engine" : store.Name;

    /// <summary>Gets the secret that the administrator and the replication use among the machines.</summary>
    public static string SecretOf(Store store) => $"{store.Name}-cluster-password";

    /// <summary>The cluster's entry in machine.conf.</summary>
    public string Entry => $"{_unit}:{(store.Kind == StoreKind.MongoDB ? "mongodb" : "postgres")}:{Port}:{PatroniPort}";

    private int Port => FirstPort + index;
    private int PatroniPort => FirstPatroniPort + index;
    private string Runtime => $"/run/shop-{_unit}";
    private string Credentials => EtcdMember.CredentialsOf(_unit);

    /// <summary>Settings of Npgsql, which checks the certificate of each copy.</summary>
    public const string Encrypted = $";SSL Mode=VerifyFull;Root Certificate={EtcdMember.Authority}";

    /// <summary>Gets the addresses of all copies, that of a machine first.</summary>
    public string HostsNear(string machine) => string.Join(',', machines.OrderBy(m => m != machine).Select(m => $"{AddressOf(m)}:{Port}"));

    public void Write(OutputFolder output, string machine, string user)
    {
        output.Write($"{machine}/units/shop-{_unit}.service", Units.Write($"Shop: {_unit} (Patroni with PostgreSQL)", user, [$"shop-{EtcdMember.Name}.service"],
        [
            $"StateDirectory=shop/{_unit}", "StateDirectoryMode=0700", $"RuntimeDirectory=shop-{_unit}", "RuntimeDirectoryMode=0700",
            "Type=exec", "KillMode=mixed",
            "Environment=PATH=/opt/shop/postgresql/bin:/usr/bin:/bin TZ=GMT LC_ALL=C",
            .. EtcdMember.Credentials,
            $"ExecStart={Engine}/usr/bin/python3 {Engine}/usr/bin/patroni /etc/shop/{_unit}/patroni.yml",
            $"ExecReload={Engine}/usr/bin/python3 {Engine}/usr/bin/patronictl -c /etc/shop/{_unit}/patroni.yml reload --force {_unit} {machine}",
        ], machines.Select(AddressOf), "6G", "120"));
        output.Write($"{machine}/{_unit}/patroni.yml", Note + Patroni(machine));
        output.Write($"{machine}/{_unit}/shared.json", JsonSerializer.Serialize(Shared(), Indented) + "\n");
        string secret = Mark(SecretOf(store)), hosts = string.Join(',', machines.Select(AddressOf));
        output.Write($"{machine}/{_unit}/passwords", Note + $"{Administrator}={secret}\n{Replicator}={secret}\n" +
            string.Concat(store.Databases.Select(d => $"{d.Owner}={Mark(d.Secret)}\n")));
        output.Write($"{machine}/{_unit}/services.conf", Note + string.Concat(new[] { Administrator, Replicator }.Select(role =>
            $"[{role}]\nhost={hosts}\nport={Port}\nuser={role}\npassword={secret}\ndbname=postgres\ntarget_session_attrs=primary\nconnect_timeout=2\n" +
            $"sslmode=verify-full\nsslrootcert={EtcdMember.Authority}\n")));
        output.Write($"{machine}/{_unit}/owners.sh", Owners.Script(store.Kind == StoreKind.MongoDB ? "documentdb-owners.sh" : "postgres-owners.sh", store,
            d => $"$(sed -n 's/^{d.Owner}=//p' \"$PASSWORDS\")"));
        output.WriteResource($"{machine}/{_unit}/roles.sh", "postgres-roles.sh");
    }

    private string Patroni(string machine)
    {
        var address = AddressOf(machine);
        var text = new StringBuilder();
        void Line(string line) => text.Append(CultureInfo.InvariantCulture, $"{line}\n");
        Line($"scope: {_unit}\nname: {machine}");
        Line("log:\n  deduplicate_heartbeat_logs: true");
        Line($"restapi:\n  listen: {address}:{PatroniPort}\n  connect_address: {address}:{PatroniPort}\n  verify_client: required");
        Line($"  certfile: {Credentials}/certificate.pem\n  keyfile: {Credentials}/key.pem\n  cafile: {Credentials}/authority.pem");
        Line($"ctl:\n  certfile: {Credentials}/certificate.pem\n  keyfile: {Credentials}/key.pem\n  cacert: {Credentials}/authority.pem");
        Line($"etcd3:\n  protocol: https\n  cert: {Credentials}/certificate.pem\n  key: {Credentials}/key.pem\n  cacert: {Credentials}/authority.pem");
        Line($"  hosts: [{string.Join(", ", machines.Select(m => $"'{AddressOf(m)}:{EtcdMember.Port}'"))}]");
        Line($"bootstrap:\n  dcs: {JsonSerializer.Serialize(Shared())}");
        Line("  # The locale needs no files of the machine.\n  initdb:");
        foreach (var option in new[] { "encoding: UTF8", "locale: C", "locale-provider: builtin", "builtin-locale: C.UTF-8" }) Line($"  - {option}");
        Line($"  - auth-local: {(store.Kind == StoreKind.MongoDB ? "trust" : "peer")}\n  - auth-host: scram-sha-256");
        Line($"postgresql:\n  listen: {address}:{Port}\n  connect_address: {address}:{Port}\n  data_dir: /var/lib/shop/{_unit}/data");
        Line($"  bin_dir: /opt/shop/postgresql/bin\n  pgpass: {Runtime}/pgpass\n  use_unix_socket: true\n  basebackup:\n  - checkpoint: fast");
        Line("  # A copy that cannot follow the primary is made again from it.");
        Line("  remove_data_directory_on_rewind_failure: true\n  remove_data_directory_on_diverged_timelines: true");
        // Without a user for pg_rewind the administrator is used: others cannot read functions of the document engine's schemas.
        Line("  authentication:");
        foreach (var (role, user) in new[] { ("superuser", Administrator), ("replication", Replicator) })
            Line($"    {role}: {{username: {user}, password: '{Mark(SecretOf(store))}', sslmode: verify-full, sslrootcert: {Credentials}/authority.pem}}");
        Line("  parameters:");
        foreach (var (name, value) in Settings().Where(s => !SharedSettings.Contains(s.Name))) Line($"    {name}: '{value}'");
        Line("  pg_hba:");
        foreach (var rule in Access()) Line($"  - {rule}");
        return text.ToString();
    }

    // Times in seconds. The trial behind docs/adr/0016-postgres-replication.md has the reasons.
    private object Shared() => new
    {
        ttl = 20, loop_wait = 1, retry_timeout = 3, primary_start_timeout = 0,
        synchronous_mode = "quorum", synchronous_mode_strict = true, synchronous_node_count = 1,
        postgresql = new { use_pg_rewind = true, parameters = Settings().Where(s => SharedSettings.Contains(s.Name)).ToDictionary(s => s.Name, s => s.Value) },
    };

    private IEnumerable<(string Name, string Value)> Settings() => Own().Concat(
    [
        $"unix_socket_directories={Runtime}", "wal_sender_timeout=5s", "wal_receiver_timeout=5s", "max_slot_wal_keep_size=8GB",
        "ssl=on", $"ssl_cert_file={Credentials}/certificate.pem", $"ssl_key_file={Credentials}/key.pem",
    ]).Select(setting => setting.Split('=', 2)).Select(parts => (parts[0], parts[1]));

    private IEnumerable<string> Own() => store.Kind == StoreKind.MongoDB ? DocumentDbSettings(Runtime) : store.Arguments.Where(a => a != "-c");

    private IEnumerable<string> Access()
    {
        // The engine's socket is in a folder that only its own user can enter.
        yield return store.Kind == StoreKind.MongoDB ? "local all all trust" : $"local all {Administrator} peer";
        foreach (var address in machines.Select(AddressOf))
        {
            yield return $"hostssl all {Administrator} {address}/32 scram-sha-256";
            yield return $"hostssl replication {Replicator} {address}/32 scram-sha-256";
            if (store.Kind != StoreKind.Postgres) continue;
            foreach (var database in store.Databases) yield return $"hostssl {database.DatabaseName} {database.Owner} {address}/32 scram-sha-256";
        }
    }

    // The AppHost's settings without containers; Integrations/NativeEngines/PostgresRecipe.cs has the reasons.
    private static string[] DocumentDbSettings(string folder) =>
    [
        "unix_socket_permissions=0700",
        "shared_preload_libraries=pg_cron,pg_documentdb_core,pg_documentdb,pg_documentdb_extended_rum",
        "documentdb.alternate_index_handler_name=extended_rum", "documentdb.useFileBasedPersistedCursors=on",
        "documentdb.defaultCursorExpiryTimeLimitSeconds=600", "documentdb_core.enableCollation=on", $"documentdb.localhost_connection_string=host={folder}",
        "cron.database_name=postgres", "cron.use_background_workers=on", "cron.log_run=off", "cron.log_statement=off", "max_worker_processes=16",
        "hash_mem_multiplier=200", "shared_buffers=1GB", "maintenance_work_mem=512MB", "max_wal_size=6GB", "checkpoint_timeout=15min", "wal_compression=lz4",
    ];
}
