using System.Net;
using System.Net.Sockets;

namespace LoadTest.Http;

/// <summary>A server that requests go to.</summary>
/// <param name="EndPoint">The server's address.</param>
/// <param name="Authority">Host and port as in the <c>Host</c> header.</param>
internal sealed record Target(IPEndPoint EndPoint, string Authority)
{
    /// <summary>The maximum number of addresses of one shop.</summary>
    public const int CountMax = 64;

    public const string Default = "http://localhost:8000";

    /// <summary>Parses URLs separated by commas.</summary>
    /// <exception cref="UsageException">A URL is not an HTTP server's, its host is unknown, or there are too many.</exception>
    public static Target[] ParseMany(string urls)
    {
        Target[] targets = [.. urls.Split(',').Select(static url => Parse(url.Trim()))];
        return targets.Length <= CountMax ? targets : throw new UsageException($"--target accepts at most {CountMax} addresses.");
    }

    /// <summary>Parses a URL like <c>http://localhost:8000</c>; a host name is looked up once, IPv4 first.</summary>
    /// <exception cref="UsageException">The URL is not an HTTP server's, or its host is unknown.</exception>
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
            throw new UsageException($"--target: unknown host {uri.Host}.");
        }
    }

    public override string ToString() => $"http://{Authority}";
}
