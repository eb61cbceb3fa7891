using System.Globalization;

namespace MongoDB.Driver;

/// <summary>A connection string: <c>mongodb://user:password@host1:27017,host2/database?option=value</c>. Options that are not known are ignored, as
/// officially.</summary>
public sealed class MongoUrl
{
    private const string Scheme = "mongodb://";
    private readonly MongoClientSettings _settings = new();
    private readonly string _original;
    private string? _authenticationSource;
    private double? _wTimeoutMs;
    private bool? _journal;
    private WriteConcern.WValue? _w;

    /// <summary>Parses.</summary>
    /// <exception cref="MongoConfigurationException">The text is no connection string, or an option's value makes no sense; the password is not
    /// repeated.</exception>
    public MongoUrl(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        _original = url;
        if (url.StartsWith("mongodb+srv://", StringComparison.OrdinalIgnoreCase)) throw Bad("mongodb+srv is not covered, name the servers");
        if (!url.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) throw Bad("it does not start with mongodb://");
        var rest = url[Scheme.Length..];
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var options = question < 0 ? "" : rest[(question + 1)..];
        if (question >= 0) rest = rest[..question];
        var at = rest.LastIndexOf('@');
        var (userInfo, hosts) = at < 0 ? (null, rest) : (rest[..at], rest[(at + 1)..]);
        var slash = hosts.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0)
        {
            DatabaseName = slash + 1 < hosts.Length ? Decode(hosts[(slash + 1)..]) : null;
            hosts = hosts[..slash];
        }

        _settings.Servers = [.. hosts.Split(',').Select(host =>
            MongoServerAddress.TryParse(Decode(host), out var address) ? address : throw Bad($"'{host}' is no server address"))];
        foreach (var option in options.Split(['&', ';'], StringSplitOptions.RemoveEmptyEntries)) Apply(option);
        _settings.WriteConcern = new WriteConcern(_w, _wTimeoutMs is { } ms ? TimeSpan.FromMilliseconds(ms) : null, null, _journal);
        if (userInfo is not null) ReadUser(userInfo);
        _settings = Checked(_settings);
    }

    /// <summary>The database named behind the hosts, or null.</summary>
    public string? DatabaseName { get; }

    /// <summary>The servers.</summary>
    public IEnumerable<MongoServerAddress> Servers => _settings.Servers;

    /// <summary>The first server.</summary>
    public MongoServerAddress Server => _settings.Server;

    /// <summary>The user, or null.</summary>
    public string? Username => _settings.Credential?.Username;

    /// <summary>The password, or null.</summary>
    public string? Password => _settings.Credential?.Password;

    /// <summary>The database that knows the user, or null.</summary>
    public string? AuthenticationSource => _settings.Credential?.Source;

    /// <summary>The set, or null.</summary>
    public string? ReplicaSetName => _settings.ReplicaSetName;

    /// <summary>The text as given, with the password.</summary>
    public string Url => _original;

    /// <summary>Parses.</summary>
    public static MongoUrl Create(string url) => new(url);

    /// <summary>The text as given, with the password.</summary>
    public override string ToString() => _original;

    internal MongoClientSettings ToSettings() => _settings.Clone();

    private static MongoConfigurationException Bad(string what, Exception? cause = null) => new($"The connection string is not valid: {what}.", cause);

    private static string Decode(string text) => Uri.UnescapeDataString(text);

    private static MongoClientSettings Checked(MongoClientSettings settings)
    {
        settings.Validated();
        return settings;
    }

    private void ReadUser(string userInfo)
    {
        if (userInfo.Contains('@', StringComparison.Ordinal)) throw Bad("'@' in user or password must be written as %40");
        var colon = userInfo.IndexOf(':', StringComparison.Ordinal);
        var user = Decode(colon < 0 ? userInfo : userInfo[..colon]);
        if (user.Length == 0) throw Bad("the user's name is empty");
        if (colon < 0) throw Bad("the user has no password");
        if (userInfo.AsSpan(colon + 1).Contains(':')) throw Bad("':' in a password must be written as %3A");
        _settings.Credential = new MongoCredential(_authenticationSource ?? DatabaseName ?? "admin", user, Decode(userInfo[(colon + 1)..]));
    }

    private void Apply(string option)
    {
        var equals = option.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0) throw Bad($"the option '{option}' has no value");
        var (name, value) = (option[..equals], Decode(option[(equals + 1)..]));
        switch (name.ToLowerInvariant())
        {
            case "appname": _settings.ApplicationName = value; break;
            case "authsource": _authenticationSource = value; break;
            case "authmechanism":
                if (value is not ("SCRAM-SHA-256" or "DEFAULT")) throw Bad($"authMechanism {value} is not covered");
                break;
            case "connecttimeoutms": _settings.ConnectTimeout = Time(name, value); break;
            case "directconnection": _settings.DirectConnection = Flag(name, value); break;
            case "heartbeatfrequencyms" or "heartbeatintervalms": _settings.HeartbeatInterval = Time(name, value); break;
            case "journal": _journal = Flag(name, value); break;
            case "localthresholdms": _settings.LocalThreshold = Time(name, value); break;
            case "maxconnecting": _settings.MaxConnecting = Number(name, value); break;
            case "maxidletimems": _settings.MaxConnectionIdleTime = Time(name, value); break;
            case "maxlifetimems": _settings.MaxConnectionLifeTime = Time(name, value); break;
            case "maxpoolsize": _settings.MaxConnectionPoolSize = Number(name, value); break;
            case "minpoolsize": _settings.MinConnectionPoolSize = Number(name, value); break;
            case "readconcernlevel": _settings.ReadConcern = new(Name<ReadConcernLevel>(name, value)); break;
            case "readpreference": _settings.ReadPreference = new(Name<ReadPreferenceMode>(name, value)); break;
            case "replicaset": _settings.ReplicaSetName = value; break;
            case "retryreads": _settings.RetryReads = Flag(name, value); break;
            case "retrywrites": _settings.RetryWrites = Flag(name, value); break;
            case "serverselectiontimeoutms": _settings.ServerSelectionTimeout = Time(name, value); break;
            case "sockettimeoutms": _settings.SocketTimeout = Time(name, value); break;
            case "ssl" or "tls": _settings.UseTls = Flag(name, value); break;
            case "w": _w = value.Length > 0 ? WriteConcern.WValue.Parse(value) : throw Bad("w is empty"); break;
            case "waitqueuetimeoutms": _settings.WaitQueueTimeout = Time(name, value); break;
            case "wtimeoutms" or "wtimeout": _wTimeoutMs = Time(name, value).TotalMilliseconds; break;
        }
    }

    private static bool Flag(string name, string value) => bool.TryParse(value, out var flag) ? flag : throw Bad($"{name} must be true or false");

    private static int Number(string name, string value)
        => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Bad($"{name} must be a whole number");

    private static TimeSpan Time(string name, string value) => TimeSpan.FromMilliseconds(Number(name, value));

    private static T Name<T>(string name, string value) where T : struct, Enum
        => Enum.TryParse<T>(value, ignoreCase: true, out var found) && !char.IsAsciiDigit(value[0]) ? found : throw Bad($"{name} cannot be '{value}'");
}
