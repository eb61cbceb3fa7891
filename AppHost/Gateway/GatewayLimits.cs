using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace AppHost;

/// <summary>
/// Limits for one client address at the gateway, read from the configuration section <c>Gateway:Limits</c>; 0 means no limit. Requests above a limit get 429
/// with Retry-After at once, and are not logged. A limit of 0 adds no directive to nginx. A checkout only ever has the limit on connections.
/// </summary>
/// <param name="PagesPerSecond">Requests per second for pages and their assets; bursts of twice as many.</param>
/// <param name="CostlyPerSecond">Requests per second that cost as much as a thousand others: stress endpoints, batches, analytics; bursts of four times as
/// many.</param>
/// <param name="Connections">Concurrent requests over all paths; one with a slow body counts, too.</param>
/// <param name="TrustedProxies">Networks, separated by commas, whose X-Forwarded-For names the client; for all others the connection's own address counts. Null
/// if not configured.</param>
internal sealed partial record GatewayLimits(int PagesPerSecond, int CostlyPerSecond, int Connections, string? TrustedProxies = null)
{
    private const string Section = "Gateway:Limits";

    /// <summary>The limits of a run, where load comes from this machine and is wanted.</summary>
    public static readonly GatewayLimits None = new(0, 0, 0);

    /// <summary>The limits of a deployment whose clients connect to the gateway directly.</summary>
    public static readonly GatewayLimits Deployed = new(PagesPerSecond: 100, CostlyPerSecond: 5, Connections: 1024);

    /// <summary>The same limits behind a cluster's ingress, which has a private address; otherwise all clients together would count as one.</summary>
    public GatewayLimits BehindIngress => this with { TrustedProxies = TrustedProxies ?? "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7" };

    /// <summary>Reads the configured limits, with the defaults for all others.</summary>
    /// <exception cref="DistributedApplicationException">A limit is not a number from 0 to 1,000,000, or a network is not valid.</exception>
    public static GatewayLimits Read(IConfiguration configuration, GatewayLimits defaults)
    {
        var proxies = configuration[$"{Section}:{nameof(TrustedProxies)}"] ?? defaults.TrustedProxies;
        if (Networks(proxies).FirstOrDefault(network => !Network().IsMatch(network)) is { } wrong)
            throw new DistributedApplicationException($"{Section}:{nameof(TrustedProxies)} has '{wrong}', which is not a valid address or network.");
        return new(Number(nameof(PagesPerSecond), defaults.PagesPerSecond), Number(nameof(CostlyPerSecond), defaults.CostlyPerSecond),
            Number(nameof(Connections), defaults.Connections), proxies);

        int Number(string name, int otherwise)
            => configuration[$"{Section}:{name}"] is not { } text ? otherwise
                : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 1_000_000 ? number
                : throw new DistributedApplicationException($"{Section}:{name} is '{text}'; it must be a number from 0 (no limit) to 1,000,000.");
    }

    /// <summary>
    /// Writes the counters, for nginx's block <c>http</c>. A zone of 10 MiB holds 80,000 addresses and drops the least recently used one first.
    /// </summary>
    public string Zones(IReadOnlyList<string> costlyPaths)
    {
        var text = string.Concat(Networks(TrustedProxies).Select(static network => $"  set_real_ip_from {network};\n"));
        if (text.Length > 0) text += "  real_ip_header X-Forwarded-For;\n  real_ip_recursive on;\n";
        if (PagesPerSecond > 0) text += Invariant($"  limit_req_zone $binary_remote_addr zone=pages:10m rate={PagesPerSecond}r/s;\n");
        if (CostlyPerSecond > 0)
        {
            // By the normalized path, ignoring case; other requests have no key and are not counted.
            var costly = string.Join('|', costlyPaths.Select(Regex.Escape));
            text += $"  map $uri $costly {{ default \"\"; \"~*^({costly})(/|$)\" $binary_remote_addr; }}\n";
            text += Invariant($"  limit_req_zone $costly zone=costly:10m rate={CostlyPerSecond}r/s;\n");
        }

        if (PagesPerSecond + CostlyPerSecond > 0) text += "  limit_req_status 429;\n  limit_req_log_level warn;\n";
        if (Connections > 0) text += "  limit_conn_zone $binary_remote_addr zone=connections:10m;\n  limit_conn_status 429;\n  limit_conn_log_level warn;\n";
        return text;
    }

    public string RateOf(GatewayRoutes route, string path)
    {
        if (route.ArePages && PagesPerSecond > 0) return Invariant($"limit_req zone=pages burst={2 * PagesPerSecond} nodelay; ");
        return route.IsCostly(path) && CostlyPerSecond > 0 ? Invariant($"limit_req zone=costly burst={4 * CostlyPerSecond} nodelay; ") : "";
    }

    /// <summary>The limit on connections, for nginx's block <c>server</c>.</summary>
    public string ConnectionLimit => Connections > 0 ? Invariant($"    limit_conn connections {Connections};\n") : "";

    private static string[] Networks(string? list) => (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    [GeneratedRegex(@"^[0-9a-fA-F.:]+(/\d{1,3})?$")]
    private static partial Regex Network();
}
