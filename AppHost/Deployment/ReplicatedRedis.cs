using System.Security.Cryptography;
using System.Text;

namespace AppHost.Deployment;

/// <summary>
/// The files of a Redis and a Sentinel on each of several hosts, which are machines or pods: one Redis is the master, and the others are its replicas. Why a
/// script starts them is in docs/adr/0017-confirmed-stock.md.
/// </summary>
/// <param name="store">The model's Redis.</param>
/// <param name="hosts">The hosts' addresses or names, or placeholders for them; the first one has the first master of a new shop.</param>
/// <param name="mark">Gets the placeholder of a secret.</param>
internal sealed class ReplicatedRedis(Store store, IReadOnlyList<string> hosts, Func<string, string> mark)
{
    /// <summary>Number of replicas that have a write before it is acknowledged.</summary>
    public const int ReplicasToConfirm = 1;

    public const int SentinelPort = 26379;

    /// <summary>The name of the script that starts both.</summary>
    public const string ScriptName = "replication.sh";

    private const string Service = "shop";

    /// <summary>The unit of the Sentinel; that of the Redis has the store's name.</summary>
    public string Sentinel => $"{store.Name}-sentinel";

    /// <summary>The store's secrets. That of replication is not a password of a client: all hosts must change it together.</summary>
    public string[] Secrets => [store.Password.Name, OperatorPassword, ReplicationSecret];

    /// <summary>Hosts for a connection string: the sentinels, which name the master.</summary>
    public string Hosts => $"{string.Join(',', hosts.Select(host => $"{host}:{SentinelPort}"))},serviceName={Service},ssl=true";

    /// <summary>The Redis's users with their rights and passwords.</summary>
    public string Users => $"user default on >{mark(store.Password.Name)} {Store.RedisRights} +role\n" +
        $"user operator on >{mark(OperatorPassword)} ~* &* +@all\n" +
        $"user replica on >{mark(ReplicationSecret)} +psync +replconf +ping +info\n" +
        $"user sentinel on >{mark(ReplicationSecret)} &* +multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info +client|setname " +
        "+client|kill +script|kill\n";

    /// <summary>The Sentinel's users with their rights and passwords.</summary>
    public string SentinelUsers => $"user default on >{mark(store.Password.Name)} {Store.RedisRights} +role " +
        "+sentinel|get-master-addr-by-name +sentinel|sentinels +sentinel|replicas +sentinel|slaves +sentinel|master +sentinel|masters\n" +
        $"user operator on >{mark(OperatorPassword)} ~* &* +@all\n" +
        $"user sentinel on >{mark(ReplicationSecret)} &* +ping +publish +subscribe +info +hello +client|setname +sentinel|is-master-down-by-addr " +
        "+sentinel|master\n";

    private string OperatorPassword => $"{store.Name}-operator-password";

    private string ReplicationSecret => $"{store.Name}-replication-secret";

    /// <summary>Writes <c>redis.conf</c>.</summary>
    /// <param name="folder">The data's folder.</param>
    /// <param name="certificates">The folder with <c>certificate.pem</c>, <c>key.pem</c>, and <c>authority.pem</c>.</param>
    public string Configuration(string folder, string certificates)
    {
        // The model's command line becomes a file, because everyone can read a process's arguments. Users and passwords have their own file.
        var options = store.Arguments[^1].Split(" --").Skip(1).Where(o => !o.StartsWith("requirepass ", StringComparison.Ordinal));
        return string.Concat(options.Select(o => $"{o}\n")) +
            $"{Encrypted(store.Port, certificates)}bind 0.0.0.0\ndir {folder}\ndaemonize no\nlogfile \"\"\nmasteruser replica\n" +
            "# A replica that writes its first log does not end otherwise; it copies the master again after a start.\nshutdown-on-sigterm force\n" +
            "# A master that is cut off stops writing; Stock.Api acknowledges only what a replica has.\n" +
            $"min-replicas-to-write {ReplicasToConfirm}\nmin-replicas-max-lag 3\n" +
            "repl-ping-replica-period 1\nrepl-timeout 5\nrepl-diskless-sync-delay 0\nrepl-backlog-size 64mb\n";
    }

    /// <summary>Writes <c>sentinel.conf</c>.</summary>
    /// <param name="folder">The folder of what it learns.</param>
    /// <param name="certificates">The folder with <c>certificate.pem</c>, <c>key.pem</c>, and <c>authority.pem</c>.</param>
    public static string SentinelConfiguration(string folder, string certificates) =>
        $"{Encrypted(SentinelPort, certificates)}bind 0.0.0.0\nprotected-mode no\ndir {folder}\ndaemonize no\nlogfile \"\"\n" +
        "sentinel deny-scripts-reconfig yes\n" +
        $"sentinel down-after-milliseconds {Service} 3000\nsentinel failover-timeout {Service} 6000\nsentinel parallel-syncs {Service} 2\n";

    /// <summary>Writes the script that starts a Redis or a Sentinel.</summary>
    /// <param name="own">The host's own address or name.</param>
    /// <param name="identity">The Sentinel's identity.</param>
    /// <param name="unit">The name of the folders below <c>/etc/shop</c> and <c>/var/lib/shop</c>.</param>
    /// <param name="engine">The folder of the programs.</param>
    public string Script(string own, string identity, string unit, string engine) => OutputFolder.Read("redis-replication.sh", ("NAME", unit), ("OWN", own),
        ("IDENTITY", identity), ("FIRST", hosts[0]), ("PORT", $"{store.Port}"), ("SENTINEL_PORT", $"{SentinelPort}"), ("ENGINE", engine),
        ("MACHINES", string.Join(' ', hosts)));

    /// <summary>
    /// Gets the identity of a Sentinel: the same one whenever its host is installed, so that the others know a replaced one as the old one.
    /// </summary>
    public string IdentityOf(string host) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Sentinel} {host}")))[..40];

    // Clients need no certificate; they have passwords.
    private static string Encrypted(int port, string certificates) =>
        $"port 0\ntls-port {port}\ntls-replication yes\ntls-auth-clients no\ntls-cert-file {certificates}/certificate.pem\n" +
        $"tls-key-file {certificates}/key.pem\ntls-ca-cert-file {certificates}/authority.pem\n";
}
