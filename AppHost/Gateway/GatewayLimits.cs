using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace AppHost;

/// <summary>
/// What one client's address may ask of the gateway, read from the configuration's section <c>Gateway:Limits</c>; 0 is no limit. What is more gets 429 with
/// Retry-After, at once, and no line in the log. Where nothing is limited nginx has no directive for it, and a checkout has none but that of connections in
/// any case.
/// </summary>
/// <param name="PagesPerSecond">Pages and what they are made of; twice as many at once.</param>
/// <param name="CostlyPerSecond">Requests that cost as much as a thousand others: stress endpoints, batches, analytics; four times as many at once.</param>
/// <param name="Connections">Requests under way, all paths together: a slow body is one, too.</param>
/// <param name="TrustedProxies">
/// Networks, separated by commas, whose X-Forwarded-For names the client; of all others the connection's own address counts. Null where nothing is said.
/// </param>
internal sealed partial record GatewayLimits(int PagesPerSecond, int CostlyPerSecond, int Connections, string? TrustedProxies = null)
{
    private const string Section = "Gateway:Limits";

    /// <summary>A run's: load comes from this machine, and is wanted.</summary>
    public static readonly GatewayLimits None = new(0, 0, 0);

    /// <summary>A deployment's, where clients connect to the gateway themselves.</summary>
    public static readonly GatewayLimits Deployed = new(PagesPerSecond: 100, CostlyPerSecond: 5, Connections: 1024);

    /// <summary>The same behind an ingress of a cluster, which has a private address: else all clients together would be one.</summary>
    public GatewayLimits BehindIngress => this with { TrustedProxies = TrustedProxies ?? "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7" };

    /// <summary>Reads what is configured, and takes the rest from the defaults.</summary>
    /// <exception cref="DistributedApplicationException">A limit is no number from 0 to 1,000,000, or a network is none.</exception>
    public static GatewayLimits Read(IConfiguration configuration, GatewayLimits defaults)
    {
        var proxies = configuration[$"{Section}:{nameof(TrustedProxies)}"] ?? defaults.TrustedProxies;
        if (Networks(proxies).FirstOrDefault(network => !Network().IsMatch(network)) is { } wrong)
            throw new DistributedApplicationException($"{Section}:{nameof(TrustedProxies)} has '{wrong}', which is no address or network.");
        return new(Number(nameof(PagesPerSecond), defaults.PagesPerSecond), Number(nameof(CostlyPerSecond), defaults.CostlyPerSecond),
            Number(nameof(Connections), defaults.Connections), proxies);

        int Number(string name, int otherwise)
            => configuration[$"{Section}:{name}"] is not { } text ? otherwise
                : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 1_000_000 ? number
                : throw new DistributedApplicationException($"{Section}:{name} is '{text}'; it must be a number from 0 (no limit) to 1,000,000.");
    }

    /// <summary>What counts, for nginx's block <c>http</c>. A zone of 10 MiB knows 80,000 addresses; the one that was longest away goes first.</summary>
    public string Zones(IReadOnlyList<string> costlyPaths)
    {
        var text = string.Concat(Networks(TrustedProxies).Select(static network => $"  set_real_ip_from {network};\n"));
        if (text.Length > 0) text += "  real_ip_header X-Forwarded-For;\n  real_ip_recursive on;\n";
        if (PagesPerSecond > 0) text += Invariant($"  limit_req_zone $binary_remote_addr zone=pages:10m rate={PagesPerSecond}r/s;\n");
        if (CostlyPerSecond > 0)
        {
            // By the path as it was understood, in any case; others have no key and are not counted.
            var costly = string.Join('|', costlyPaths.Select(Regex.Escape));
            text += $"  map $uri $costly {{ default \"\"; \"~*^({costly})(/|$)\" $binary_remote_addr; }}\n";
            text += Invariant($"  limit_req_zone $costly zone=costly:10m rate={CostlyPerSecond}r/s;\n");
        }

        if (PagesPerSecond + CostlyPerSecond > 0) text += "  limit_req_status 429;\n  limit_req_log_level warn;\n";
        if (Connections > 0) text += "  limit_conn_zone $binary_remote_addr zone=connections:10m;\n  limit_conn_status 429;\n  limit_conn_log_level warn;\n";
        return text;
    }

    /// <summary>The rate of a location.</summary>
    public string RateOf(GatewayRoutes route, string path)
    {
        if (route.ArePages && PagesPerSecond > 0) return Invariant($"limit_req zone=pages burst={2 * PagesPerSecond} nodelay; ");
        return route.IsCostly(path) && CostlyPerSecond > 0 ? Invariant($"limit_req zone=costly burst={4 * CostlyPerSecond} nodelay; ") : "";
    }

    /// <summary>The limit of connections, for nginx's block <c>server</c>.</summary>
    public string ConnectionLimit => Connections > 0 ? Invariant($"    limit_conn connections {Connections};\n") : "";

    private static string[] Networks(string? list) => (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    [GeneratedRegex(@"^[0-9a-fA-F.:]+(/\d{1,3})?$")]
    private static partial Regex Network();
}
