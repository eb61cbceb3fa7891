using System.Net;
using System.Net.Sockets;

namespace LoadTest.Http;

/// <summary>Where requests go.</summary>
/// <param name="EndPoint">The address.</param>
/// <param name="Authority">Host and port as the <c>Host</c> header has them.</param>
internal sealed record Target(IPEndPoint EndPoint, string Authority)
{
    /// <summary>Most addresses of one shop.</summary>
    public const int CountMax = 64;

    /// <summary>Where the AppHost's gateway is.</summary>
    public const string Default = "http://localhost:8000";

    /// <summary>Reads URLs with commas between them.</summary>
    /// <exception cref="UsageException">One is not the URL of an HTTP server, its name is not known, or there are too many.</exception>
    public static Target[] ParseMany(string urls)
    {
        Target[] targets = [.. urls.Split(',').Select(static url => Parse(url.Trim()))];
        return targets.Length <= CountMax ? targets : throw new UsageException($"--target takes {CountMax} addresses at most.");
    }

    /// <summary>Reads a URL like <c>http://localhost:8000</c>; a name is looked up once, IPv4 first.</summary>
    /// <exception cref="UsageException">It is not the URL of an HTTP server, or the name is not known.</exception>
    public static Target Parse(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp || uri.PathAndQuery != "/")
            throw new UsageException($"--target must be a URL like http://localhost:8000; '{url}' was given.");
        try
        {
            var address = Dns.GetHostAddresses(uri.IdnHost).OrderBy(a => a.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).First();
            return new Target(new IPEndPoint(address, uri.Port), uri.Authority);
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
            throw new UsageException($"--target: there is no host {uri.Host}.");
        }
    }

    public override string ToString() => $"http://{Authority}";
}
