using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MongoDB.Driver;
using MongoDB.Driver.Core.Configuration;

namespace Customer.Api.Configuration;

/// <summary>
/// The driver's settings. A key of the configuration wins over the connection string, and the connection string over the defaults here, which are for a service
/// that answers 503 in a few seconds rather than keep its callers waiting; the driver's own would wait 30 s and more.
/// </summary>
internal static class ClientSettings
{
    public const int MaxPoolSizeDefault = 100, MinPoolSizeDefault = 4;

    /// <summary>
    /// Operations that may wait for a connection or for a server. The driver's 500 are fewer than the requests of a burst, and the others would fail at once
    /// although the pool gets to them well within the wait queue's timeout. There is a limit because each of them holds a request.
    /// </summary>
    private const int WaitQueueSize = 20_000;

    /// <summary>
    /// Connections that are opened at the same time. With the driver's 2 a cold pool takes seconds to grow, and whoever waits for its turn is woken by an
    /// exception each time a connection comes back. It is not the whole pool, because each connection logs in, which costs a server more than a query.
    /// </summary>
    private const int MaxConnectingDefault = 16;

    private const int MaxIdleTimeMsDefault = 300_000, WaitTimeMsDefault = 2_000, SocketTimeoutMsDefault = 20_000;

    /// <summary>Sets what the configuration says.</summary>
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

    /// <summary>Lets many operations wait.</summary>
    public static void WithLongQueues(ClusterBuilder cluster) => cluster
        .ConfigureConnectionPool(static pool => pool.With(waitQueueSize: WaitQueueSize))
        .ConfigureCluster(static selection => selection.With(maxServerSelectionWaitQueueSize: WaitQueueSize));

    private static TimeSpan Time(int? configuredMs, bool isInUri, TimeSpan fromUri, int defaultMs) =>
        configuredMs is null && isInUri ? fromUri : TimeSpan.FromMilliseconds(configuredMs ?? defaultMs);

    private static WriteConcern WriteConcern(string text) =>
        text == "majority" ? MongoDB.Driver.WriteConcern.WMajority : new WriteConcern(int.Parse(text, System.Globalization.CultureInfo.InvariantCulture));

    // A server must have the name that it was called by, and a certificate that one of the file's signed.
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

    // Which options a connection string has: the driver's settings do not tell a default from a value that was given.
    private readonly struct UriOptions(string uri)
    {
        private readonly string _query = uri.Split('?', 2) is [_, var query] ? "&" + query : "";

        public bool Has(string option) => _query.Contains($"&{option}=", StringComparison.OrdinalIgnoreCase);
    }
}
