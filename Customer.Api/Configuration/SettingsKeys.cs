using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Customer.Api.Configuration;

internal static class SettingsKeys
{
    private const int NameLengthMax = 60, TimeMsMax = 600_000;

    public static IReadOnlyList<SettingsKey> All { get; } =
    [
        new("connection_uri", "a MongoDB connection string", static (s, v) => IsMongo(v) ? s with { ConnectionUri = v } : null, IsSecret: true),
        new("database_name", "a name of 1 to 60 letters, digits, - and _", static (s, v) => IsName(v) ? s with { DatabaseName = v } : null),
        new("collection_name", "a name of 1 to 60 letters, digits, - and _", static (s, v) => IsName(v) ? s with { CollectionName = v } : null),
        new("write_concern", "majority or a whole number from 1 to 7", static (s, v) =>
            v == "majority" || Whole(v, 1, 7) is not null ? s with { WriteConcern = v } : null),
        Number("max_pool_size", 1, 10_000, static (s, n) => s with { MaxPoolSize = n }),
        Number("min_pool_size", 0, 10_000, static (s, n) => s with { MinPoolSize = n }),
        Number("max_idle_time_ms", 1_000, 86_400_000, static (s, n) => s with { MaxIdleTimeMs = n }),
        Number("wait_queue_timeout_ms", 1, TimeMsMax, static (s, n) => s with { WaitQueueTimeoutMs = n }),
        Number("server_selection_timeout_ms", 1, TimeMsMax, static (s, n) => s with { ServerSelectionTimeoutMs = n }),
        Number("connect_timeout_ms", 1, TimeMsMax, static (s, n) => s with { ConnectTimeoutMs = n }),
        Number("socket_timeout_ms", 1, TimeMsMax, static (s, n) => s with { SocketTimeoutMs = n }),
        Switch("tls_enabled", static (s, on) => s with { IsTlsEnabled = on }),
        new("tls_ca_file_path", "a file with certificates in PEM form", static (s, v) => HasCertificates(v) ? s with { TlsCaFilePath = v } : null),
        Number("api_port", 1, 65_535, static (s, n) => s with { ApiPort = n }),
        new("instance_id", "a name of 1 to 60 letters, digits, - and _", static (s, v) => IsName(v) ? s with { InstanceId = v } : null),
        new("log_level", "one of trace, debug, information, warning, error, critical, none", static (s, v) =>
            !char.IsAsciiDigit(v[0]) && Enum.TryParse<LogLevel>(v, ignoreCase: true, out var level) ? s with { LogLevel = level } : null),
        Number("max_payload_size_kb", 1, 16 * 1024, static (s, n) => s with { MaxPayloadSizeKb = n }),
        Switch("stress_enabled", static (s, on) => s with { IsStressEnabled = on }),
        Number("analytics_refresh_seconds", 1, 86_400, static (s, n) => s with { AnalyticsRefreshSeconds = n }),
        Number("analytics_load_percent", 1, 100, static (s, n) => s with { AnalyticsLoadPercent = n }),
    ];

    /// <summary>Finds a key by name; null if it is unknown.</summary>
    public static SettingsKey? Find(string name) => All.FirstOrDefault(key => key.Name == name);

    private static SettingsKey Number(string name, int min, int max, Func<CustomerSettings, int, CustomerSettings> set) =>
        new(name, $"a whole number from {min} to {max}", (settings, text) => Whole(text, min, max) is { } number ? set(settings, number) : null);

    private static SettingsKey Switch(string name, Func<CustomerSettings, bool, CustomerSettings> set) =>
        new(name, "true or false", (settings, text) => bool.TryParse(text, out var on) ? set(settings, on) : null);

    private static int? Whole(string text, int min, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max ? number : null;

    private static bool IsMongo(string text) =>
        text.StartsWith("mongodb://", StringComparison.Ordinal) || text.StartsWith("mongodb+srv://", StringComparison.Ordinal);

    private static bool IsName(string text) => text.Length <= NameLengthMax && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    private static bool HasCertificates(string path)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(path);
            return certificates.Count > 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return false;
        }
    }
}
