using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MongoDB.Driver;
using MongoDB.Driver.Core.Configuration;

namespace Customer.Api.Configuration;

/// <summary>
/// Settings of the MongoDB driver. The configuration overrides the connection string, which overrides the defaults below. The defaults make the service answer
/// 503 within a few seconds instead of blocking its callers; the driver's own defaults wait 30 s and more.
/// </summary>
internal static class ClientSettings
{
    public const int MaxPoolSizeDefault = 100, MinPoolSizeDefault = 4;

    /// <summary>
    /// Maximum number of operations that wait for a connection or a server. A burst has more requests than the driver's default of 500. The rest would fail at
    /// once, although the pool could serve them well within the wait queue timeout. There is a limit because each of them holds a request.
    /// </summary>
    private const int WaitQueueSize = 20_000;

    /// <summary>
    /// Maximum number of connections opened at the same time. With the driver's default of 2, a cold pool takes seconds to grow, and each returned connection
    /// wakes the waiting operations with an exception. It is less than the whole pool, because each connection authenticates, which costs the server more than
    /// a query.
    /// </summary>
    private const int MaxConnectingDefault = 16;

    private const int MaxIdleTimeMsDefault = 300_000, WaitTimeMsDefault = 2_000, SocketTimeoutMsDefault = 20_000;

    public static void Apply(CustomerSettings configured, MongoClientSettings settings)
    {
        var uri = new UriOptions(configured.ConnectionUri);
        settings.ApplicationName ??= $"customer-api {configured.InstanceId}";
        settings.MaxConnectionPoolSize = configured.MaxPoolSize ?? (uri.Has("maxPoolSize") ? settings.MaxConnectionPoolSize : MaxPoolSizeDefault);
        settings.MinConnectionPoolSize = configured.MinPoolSize
            ?? (uri.Has("minPoolSize") ? settings.MinConnectionPoolSize : Math.Min(MinPoolSizeDefault, settings.MaxConnectionPoolSize));
        if (!uri.Has("maxConnecting")) settings.MaxConnecting = MaxConnectingDefault;
        settings.ClusterConfigurator += WithLongQueues;
        settings.MaxConnectionIdleTime = Time(configured.MaxIdleTimeMs, uri.Has("maxIdleTimeMS"), settings.MaxConnectionIdleTime, MaxIdleTimeMsDefault);
        settings.WaitQueueTimeout = Time(configured.WaitQueueTimeoutMs, uri.Has("waitQueueTimeoutMS"), settings.WaitQueueTimeout, WaitTimeMsDefault);
        settings.ServerSelectionTimeout = Time(
            configured.ServerSelectionTimeoutMs, uri.Has("serverSelectionTimeoutMS"), settings.ServerSelectionTimeout, WaitTimeMsDefault);
        settings.ConnectTimeout = Time(configured.ConnectTimeoutMs, uri.Has("connectTimeoutMS"), settings.ConnectTimeout, WaitTimeMsDefault);
        settings.SocketTimeout = Time(configured.SocketTimeoutMs, uri.Has("socketTimeoutMS"), settings.SocketTimeout, SocketTimeoutMsDefault);
        if (configured.WriteConcern is { } concern) settings.WriteConcern = WriteConcern(concern);
        else if (!uri.Has("w")) settings.WriteConcern = MongoDB.Driver.WriteConcern.WMajority;
        if (configured.IsTlsEnabled is { } isTls) settings.UseTls = isTls;
        if (configured.TlsCaFilePath is { } file) settings.SslSettings = Trust(file);
    }

    /// <summary>Allows <see cref="WaitQueueSize"/> operations to wait.</summary>
    public static void WithLongQueues(ClusterBuilder cluster) => cluster
        .ConfigureConnectionPool(static pool => pool.With(waitQueueSize: WaitQueueSize))
        .ConfigureCluster(static selection => selection.With(maxServerSelectionWaitQueueSize: WaitQueueSize));

    private static TimeSpan Time(int? configuredMs, bool isInUri, TimeSpan fromUri, int defaultMs) =>
        configuredMs is null && isInUri ? fromUri : TimeSpan.FromMilliseconds(configuredMs ?? defaultMs);

    private static WriteConcern WriteConcern(string text) =>
        text == "majority" ? MongoDB.Driver.WriteConcern.WMajority : new WriteConcern(int.Parse(text, System.Globalization.CultureInfo.InvariantCulture));

    // The server's name must match, and its certificate must be signed by one from the file.
    private static SslSettings Trust(string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return new SslSettings
        {
            ServerCertificateValidationCallback = (_, certificate, sent, errors) =>
            {
                if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None) return false;
                using var chain = new X509Chain();
                chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
                chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
                chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
                foreach (var between in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>()) chain.ChainPolicy.ExtraStore.Add(between.Certificate);
                using var server = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
                return chain.Build(server);
            },
        };
    }

    // Tells which options a connection string contains: the driver's settings do not distinguish a default from an explicit value.
    private readonly struct UriOptions(string uri)
    {
        private readonly string _query = uri.Split('?', 2) is [_, var query] ? "&" + query : "";

        public bool Has(string option) => _query.Contains($"&{option}=", StringComparison.OrdinalIgnoreCase);
    }
}
