using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MongoDB.Driver.Core.Configuration;

namespace MongoDB.Driver;

/// <summary>A host and a port.</summary>
public sealed record MongoServerAddress
{
    /// <summary>The port of MongoDB.</summary>
    internal const int PortDefault = 27017;

    /// <summary>With the usual port.</summary>
    public MongoServerAddress(string host) : this(host, PortDefault) { }

    /// <summary>With a port.</summary>
    public MongoServerAddress(string host, int port)
    {
        ArgumentException.ThrowIfNullOrEmpty(host);
        if (port is < 1 or > 65535) throw new ArgumentOutOfRangeException(nameof(port), port, "A port is between 1 and 65535.");
        // Replica sets name their members as they were told to; hosts' names have no case.
        (Host, Port) = (host.ToLowerInvariant(), port);
    }

    /// <summary>Name or address.</summary>
    public string Host { get; }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>From <c>host</c>, <c>host:port</c>, <c>[ipv6]:port</c>.</summary>
    public static MongoServerAddress Parse(string value)
        => TryParse(value, out var address) ? address : throw new FormatException($"'{value}' is not a valid server address.");

    /// <summary>As <see cref="Parse"/>.</summary>
    public static bool TryParse(string value, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out MongoServerAddress? result)
    {
        result = null;
        if (string.IsNullOrEmpty(value)) return false;
        var bracket = value.StartsWith('[') ? value.IndexOf(']', StringComparison.Ordinal) : -1;
        var colon = bracket >= 0 ? value.IndexOf(':', bracket) : value.LastIndexOf(':');
        var (host, port) = colon < 0 ? (value, PortDefault) : (value[..colon], 0);
        if (colon >= 0 && !int.TryParse(value.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)) return false;
        if (bracket > 0) host = host[1..bracket];
        if (host.Length == 0 || port is < 1 or > 65535) return false;
        result = new(host, port);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}

/// <summary>A user with a password.</summary>
public sealed class MongoCredential
{
    internal MongoCredential(string source, string username, string password) => (Source, Username, Password) = (source, username, password);

    /// <summary>The database that knows the user.</summary>
    public string Source { get; }

    /// <summary>The user.</summary>
    public string Username { get; }

    internal string Password { get; }

    /// <summary>For SCRAM-SHA-256.</summary>
    public static MongoCredential CreateCredential(string databaseName, string username, string password)
    {
        ArgumentException.ThrowIfNullOrEmpty(databaseName);
        ArgumentException.ThrowIfNullOrEmpty(username);
        ArgumentNullException.ThrowIfNull(password);
        return new(databaseName, username, password);
    }

    /// <summary>Without the password.</summary>
    public override string ToString() => $"{Username}@{Source}";
}

/// <summary>How TLS is spoken. A certificate authority of one's own is checked in <see cref="ServerCertificateValidationCallback"/>, as officially.</summary>
public sealed class SslSettings
{
    /// <summary>Whether revocation is checked. Default false.</summary>
    public bool CheckCertificateRevocation { get; set; }

    /// <summary>The client's certificates.</summary>
    public IEnumerable<X509Certificate>? ClientCertificates { get; set; }

    /// <summary>Default: the system's choice.</summary>
    public SslProtocols EnabledSslProtocols { get; set; } = SslProtocols.None;

    /// <summary>Takes the place of the system's check.</summary>
    public RemoteCertificateValidationCallback? ServerCertificateValidationCallback { get; set; }
}

/// <summary>The settings of a client. A client freezes its copy: later changes have no effect on it.</summary>
public sealed class MongoClientSettings
{
    /// <summary>Localhost and the defaults.</summary>
    public MongoClientSettings() { }

    /// <summary>Shown in the server's logs; 128 bytes at most.</summary>
    public string? ApplicationName { get; set; }

    /// <summary>Subscribes to the pool's events.</summary>
    public Action<ClusterBuilder>? ClusterConfigurator { get; set; }

    /// <summary>Time to open a connection with TLS and log in. Default 30 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The user; null for none.</summary>
    public MongoCredential? Credential { get; set; }

    /// <summary>Whether the one server named is used whatever it is. Default false: its replica set is discovered.</summary>
    public bool? DirectConnection { get; set; }

    /// <summary>Time between two looks at a server. Default 10 s.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for one look at a server; default (infinite): as <see cref="ConnectTimeout"/>.</summary>
    public TimeSpan HeartbeatTimeout { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>Among servers that fit, those within this of the nearest are used. Default 15 ms.</summary>
    public TimeSpan LocalThreshold { get; set; } = TimeSpan.FromMilliseconds(15);

    /// <summary>Connections that a pool opens at a time. Default 2.</summary>
    public int MaxConnecting { get; set; } = 2;

    /// <summary>Idle time after which a connection is closed. Default 10 min; zero: never.</summary>
    public TimeSpan MaxConnectionIdleTime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Age at which a connection is closed. Default 30 min; zero: never.</summary>
    public TimeSpan MaxConnectionLifeTime { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Connections to a server at most. Default 100.</summary>
    public int MaxConnectionPoolSize { get; set; } = 100;

    /// <summary>Connections that are kept open to a server. Default 0.</summary>
    public int MinConnectionPoolSize { get; set; }

    /// <summary>What reads see. Default: as the server is configured.</summary>
    public ReadConcern ReadConcern { get; set; } = ReadConcern.Default;

    /// <summary>Which members are read from. Default: the primary.</summary>
    public ReadPreference ReadPreference { get; set; } = ReadPreference.Primary;

    /// <summary>Only members of this set are used. Default: any.</summary>
    public string? ReplicaSetName { get; set; }

    /// <summary>Whether a read that failed by the network is tried once more. Default true.</summary>
    public bool RetryReads { get; set; } = true;

    /// <summary>Whether a write that failed by the network is tried once more, where the server can tell that it is the same. Default true.</summary>
    public bool RetryWrites { get; set; } = true;

    /// <summary>The one server, or the first.</summary>
    public MongoServerAddress Server
    {
        get => Servers.First();
        set => Servers = [value];
    }

    /// <summary>The servers to start from.</summary>
    public IEnumerable<MongoServerAddress> Servers { get; set; } = [new("localhost")];

    /// <summary>Time to wait for a server that fits; beyond, a <see cref="TimeoutException"/>. Default 30 s.</summary>
    public TimeSpan ServerSelectionTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Time for one command and its answer; beyond, the connection is given up. Default zero: no limit.</summary>
    public TimeSpan SocketTimeout { get; set; } = TimeSpan.Zero;

    /// <summary>How TLS is spoken.</summary>
    public SslSettings? SslSettings { get; set; }

    /// <summary>Whether TLS is spoken. Default false.</summary>
    public bool UseTls { get; set; }

    /// <summary>Time to wait for a connection of a pool; beyond, a <see cref="TimeoutException"/>. Default 2 min.</summary>
    public TimeSpan WaitQueueTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>When writes are done. Default: as the server is configured.</summary>
    public WriteConcern WriteConcern { get; set; } = WriteConcern.Acknowledged;

    /// <summary>From a connection string.</summary>
    /// <exception cref="MongoConfigurationException">It makes no sense.</exception>
    public static MongoClientSettings FromConnectionString(string connectionString) => FromUrl(new MongoUrl(connectionString));

    /// <summary>From a connection string.</summary>
    public static MongoClientSettings FromUrl(MongoUrl url)
    {
        ArgumentNullException.ThrowIfNull(url);
        return url.ToSettings();
    }

    /// <summary>A copy that can be changed.</summary>
    public MongoClientSettings Clone() => (MongoClientSettings)MemberwiseClone();

    /// <exception cref="MongoConfigurationException">The settings contradict each other.</exception>
    internal MongoClientSettings Validated()
    {
        var copy = Clone();
        copy.Servers = [.. Servers.Distinct()];
        if (!copy.Servers.Any()) throw new MongoConfigurationException("No server is given.");
        if (DirectConnection == true && copy.Servers.Count() > 1) throw new MongoConfigurationException("directConnection is for one server only.");
        if (MaxConnectionPoolSize < 1 || MinConnectionPoolSize < 0 || MinConnectionPoolSize > MaxConnectionPoolSize)
        {
            throw new MongoConfigurationException("MinConnectionPoolSize must be between 0 and MaxConnectionPoolSize, and that at least 1.");
        }

        if (MaxConnecting < 1) throw new MongoConfigurationException("MaxConnecting must be at least 1.");
        if (System.Text.Encoding.UTF8.GetByteCount(ApplicationName ?? "") > 128)
            throw new MongoConfigurationException("ApplicationName is longer than 128 bytes.");
        return copy;
    }
}
