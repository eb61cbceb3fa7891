using System.Security.Cryptography;
using System.Text;

namespace AppHost.Deployment.Vms;

/// <summary>Writes a Redis and a Sentinel for every machine: one master, and a replica on each other machine.</summary>
/// <param name="store">The model's Redis.</param>
/// <param name="machines">The machines; the first master of a new shop is the first one.</param>
/// <param name="addressOf">Gets the placeholder of a machine's address.</param>
/// <param name="mark">Gets the placeholder of a secret.</param>
internal sealed class ReplicatedRedis(Store store, IReadOnlyList<string> machines, Func<string, string> addressOf, Func<string, string> mark)
{
    /// <summary>Number of replicas that have a write before it is acknowledged.</summary>
    public const int ReplicasToConfirm = 1;

    private const int SentinelPort = 26379;
    private const string Service = "shop", User = "redis", Script = "replication.sh";

    /// <summary>The units with their users, in start order.</summary>
    public string[] Units => [$"{Sentinel}:{User}", $"{store.Name}:{User}"];

    /// <summary>The store's secrets. That of replication is not a password of a client: all machines must change it together.</summary>
    public string[] Secrets => [store.Password.Name, OperatorPassword, ReplicationSecret];

    /// <summary>Hosts for a connection string: the sentinels, which name the master.</summary>
    public string Hosts => $"{string.Join(',', machines.Select(m => $"{addressOf(m)}:{SentinelPort}"))},serviceName={Service},ssl=true";

    private string Sentinel => $"{store.Name}-sentinel";

    private string OperatorPassword => $"{store.Name}-operator-password";

    private string ReplicationSecret => $"{store.Name}-replication-secret";

    public void Write(OutputFolder output, string machine, string note)
    {
        WriteRedis(output, machine, note);
        WriteSentinel(output, machine, note);
    }

    private void WriteRedis(OutputFolder output, string machine, string note)
    {
        // The model's command line becomes a file, because everyone can read a process's arguments. Users and passwords have their own file.
        var options = store.Arguments[^1].Split(" --").Skip(1).Where(o => !o.StartsWith("requirepass ", StringComparison.Ordinal));
        output.Write($"{machine}/{store.Name}/redis.conf", note + string.Concat(options.Select(o => $"{o}\n")) +
            $"{Encrypted(store.Name, store.Port)}bind 0.0.0.0\ndir /var/lib/shop/{store.Name}\ndaemonize no\nlogfile \"\"\n" +
            $"masteruser replica\nreplica-announce-ip {addressOf(machine)}\n" +
            "# A master that is cut off stops writing; Stock.Api acknowledges only what a replica has.\n" +
            $"min-replicas-to-write {ReplicasToConfirm}\nmin-replicas-max-lag 3\n" +
            "repl-ping-replica-period 1\nrepl-timeout 5\nrepl-diskless-sync-delay 0\nrepl-backlog-size 64mb\n");
        output.Write($"{machine}/env/{store.Name}.env", $"user default on >{mark(store.Password.Name)} {Store.RedisRights} +role\n" +
            $"user operator on >{mark(OperatorPassword)} ~* &* +@all\n" +
            $"user replica on >{mark(ReplicationSecret)} +psync +replconf +ping +info\n" +
            $"user sentinel on >{mark(ReplicationSecret)} &* +multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info +client|setname " +
            "+client|kill +script|kill\n");
        WriteUnit(output, machine, store.Name, $"Shop: {store.Name}", "redis", [$"shop-{Sentinel}.service"], "4G");
    }

    private void WriteSentinel(OutputFolder output, string machine, string note)
    {
        // The same identity whenever the machine is installed, so that the others know a replaced one as the old one.
        var identity = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Sentinel} {machine}")))[..40];
        output.Write($"{machine}/{Sentinel}/sentinel.conf", note +
            $"{Encrypted(Sentinel, SentinelPort)}bind 0.0.0.0\nprotected-mode no\ndir /var/lib/shop/{Sentinel}\ndaemonize no\nlogfile \"\"\n" +
            $"sentinel myid {identity}\nsentinel announce-ip {addressOf(machine)}\nsentinel deny-scripts-reconfig yes\n" +
            $"sentinel down-after-milliseconds {Service} 3000\nsentinel failover-timeout {Service} 6000\nsentinel parallel-syncs {Service} 2\n");
        output.Write($"{machine}/env/{Sentinel}.env", $"user default on >{mark(store.Password.Name)} {Store.RedisRights} +role " +
            "+sentinel|get-master-addr-by-name +sentinel|sentinels +sentinel|replicas +sentinel|slaves +sentinel|master +sentinel|masters\n" +
            $"user operator on >{mark(OperatorPassword)} ~* &* +@all\n" +
            $"user sentinel on >{mark(ReplicationSecret)} &* +ping +publish +subscribe +info +hello +client|setname +sentinel|is-master-down-by-addr " +
            "+sentinel|master\n");
        WriteUnit(output, machine, Sentinel, $"Shop: {Sentinel} (chooses the master of {store.Name})", "sentinel", [], "256M");
    }

    // Clients need no certificate; they have passwords.
    private static string Encrypted(string unit, int port)
    {
        var credentials = EtcdMember.CredentialsOf(unit);
        return $"port 0\ntls-port {port}\ntls-replication yes\ntls-auth-clients no\ntls-cert-file {credentials}/certificate.pem\n" +
            $"tls-key-file {credentials}/key.pem\ntls-ca-cert-file {credentials}/authority.pem\n";
    }

    private void WriteUnit(OutputFolder output, string machine, string unit, string description, string action, string[] after, string memory)
    {
        output.Write($"{machine}/{unit}/{Script}", OutputFolder.Read("redis-replication.sh", ("NAME", unit), ("OWN", addressOf(machine)),
            ("FIRST", addressOf(machines[0])), ("PORT", $"{store.Port}"), ("SENTINEL_PORT", $"{SentinelPort}"),
            ("MACHINES", string.Join(' ', machines.Select(addressOf)))));
        output.Write($"{machine}/units/shop-{unit}.service", Vms.Units.Write(description, User, after,
        [
            $"StateDirectory=shop/{unit}", "StateDirectoryMode=0700", "Type=exec",
            $"LoadCredential=users:/etc/shop/{unit}.env", .. EtcdMember.Credentials,
            $"ExecStart=/etc/shop/{unit}/{Script} {action}",
        ], machines.Select(addressOf), memory, "120"));
    }
}
