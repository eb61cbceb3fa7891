using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace AppHost;

/// <summary>
/// The origins whose scripts may use the shop from a browser (CORS), read from <c>Gateway:AllowedOrigins</c>, separated by commas. Cookies are never allowed,
/// so scripts act as clients without an account. Without origins, nginx has no directive for it.
/// </summary>
internal sealed partial record GatewayCors(IReadOnlyList<string> Origins)
{
    private const string Setting = "Gateway:AllowedOrigins";

    public static readonly GatewayCors None = new([]);

    /// <exception cref="DistributedApplicationException">An origin is not valid.</exception>
    public static GatewayCors Read(IConfiguration configuration)
    {
        var origins = (configuration[Setting] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return Array.Find(origins, static origin => !Origin().IsMatch(origin)) is { } wrong
            ? throw new DistributedApplicationException($"{Setting} has '{wrong}', which is not a valid origin, such as https://shop.example.")
            : new(origins);
    }

    /// <summary>The variables that answer an allowed origin, for nginx's block <c>http</c>. Headers with an empty value are not sent.</summary>
    public string Maps => Origins.Count == 0 ? "" : $$"""
          map $http_origin $cors_origin {
        {{string.Concat(Origins.Select(static origin => $"    \"{origin}\" $http_origin;\n"))}}    default "";
          }
          map $cors_origin $cors_exposed { "" ""; default "ETag, Location, Retry-After"; }
          map "$request_method|$cors_origin|$http_access_control_request_method" $cors_preflight { "~^OPTIONS\|.+\|." 1; default ""; }
          map $cors_preflight $cors_methods { 1 "GET, HEAD, POST, PUT, PATCH, DELETE"; default ""; }
          map $cors_preflight $cors_headers { 1 "Content-Type, Idempotency-Key, If-Match, If-None-Match, traceparent, tracestate"; default ""; }
          map $cors_preflight $cors_seconds { 1 600; default ""; }
          add_header_inherit merge;

        """;

    /// <summary>The headers and the answer to preflight requests, for nginx's block <c>server</c>.</summary>
    public string Headers => Origins.Count == 0 ? "" : """
            add_header Vary Origin always;
            add_header Access-Control-Allow-Origin $cors_origin always;
            add_header Access-Control-Expose-Headers $cors_exposed always;
            add_header Access-Control-Allow-Methods $cors_methods;
            add_header Access-Control-Allow-Headers $cors_headers;
            add_header Access-Control-Max-Age $cors_seconds;
            if ($cors_preflight) { return 204; }

        """;

    /// <summary>Keeps a location from other origins' scripts.</summary>
    public string Off => Origins.Count == 0 ? "" : "add_header_inherit off; ";

    [GeneratedRegex(@"^https?://([A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?$")]
    private static partial Regex Origin();
}
