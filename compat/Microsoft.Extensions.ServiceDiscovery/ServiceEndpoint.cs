namespace Microsoft.Extensions.ServiceDiscovery;

/// <summary>One replica of a service.</summary>
internal sealed class ServiceEndpoint(string? scheme, string authority)
{
    private long _avoidUntil = long.MinValue;

    /// <summary>Time stamp before which the replica is passed over.</summary>
    public long AvoidUntil
    {
        get => Volatile.Read(ref _avoidUntil);
        set => Volatile.Write(ref _avoidUntil, value);
    }

    /// <summary>Reads <c>scheme://host:port</c> or <c>host:port</c>.</summary>
    public static ServiceEndpoint Parse(string value) =>
        value.Contains("://", StringComparison.Ordinal) && Uri.TryCreate(value, UriKind.Absolute, out var uri)
            ? new ServiceEndpoint(uri.Scheme, uri.Authority)
            : new ServiceEndpoint(null, value);

    /// <summary>The same request to this replica; its own scheme wins, else the first one the request names.</summary>
    public Uri Rewrite(Uri uri) => new($"{scheme ?? FirstScheme(uri.Scheme)}://{authority}{uri.PathAndQuery}");

    private static string FirstScheme(string schemes) => schemes.IndexOf('+', StringComparison.Ordinal) is > 0 and var plus ? schemes[..plus] : schemes;
}
