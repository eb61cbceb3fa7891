using System.Globalization;
using System.Text;

namespace AppHost;

/// <summary>A set of paths that the gateway passes to one service, without the prefix.</summary>
/// <param name="Service">The service.</param>
/// <param name="Paths">Beginnings of paths.</param>
/// <param name="StripPrefix">What the service does not see of a path.</param>
/// <param name="BodyMegabytesMax">The largest request body, in MiB; null for the gateway's own limit.</param>
/// <param name="Access">Who may ask.</param>
/// <param name="CostlyPaths">Paths of these, and below these, of which one request costs as much as a thousand others.</param>
/// <param name="ArePages">Whether people look at them.</param>
internal sealed record GatewayRoutes(IResourceWithServiceDiscovery Service, string[] Paths, string StripPrefix, int? BodyMegabytesMax = null,
    GatewayAccess Access = GatewayAccess.Everybody, string[]? CostlyPaths = null, bool ArePages = false) : IResourceAnnotation
{
    /// <summary>Is a path costly, or something below it?</summary>
    public bool IsCostly(string path) => CostlyPaths?.Any(costly => costly.StartsWith(path.TrimEnd('/'), StringComparison.Ordinal)) == true;
}

/// <summary>Whom the gateway passes on; to all others there is nothing.</summary>
internal enum GatewayAccess
{
    /// <summary>Whoever asks.</summary>
    Everybody,

    /// <summary>Programs of this machine.</summary>
    ThisMachine,

    /// <summary>Nobody.</summary>
    Nobody,
}

/// <summary>The one door of the shop: nginx, its configuration written from the model when it starts.</summary>
internal static class NginxGateway
{
    private const string ConfigurationFolder = "/etc/nginx";

    /// <summary>Adds the gateway; it listens on the port, on all addresses.</summary>
    public static IResourceBuilder<ContainerResource> AddNginxGateway(this IDistributedApplicationBuilder builder, string name, int port)
    {
        var gateway = builder.AddContainer(name, "nginx", "1.30");
        return gateway
            .WithHttpEndpoint(port: port, targetPort: 8000)
            .WithExternalHttpEndpoints()
            .WithContainerFiles(ConfigurationFolder, async (_, ct) =>
            {
                var port = await gateway.GetEndpoint("http").Property(EndpointProperty.TargetPort).GetValueAsync(ct) ?? "8000";
                var start = await ExecutionConfigurationBuilder.Create(gateway.Resource).WithEnvironmentVariablesConfig()
                    .BuildAsync(builder.ExecutionContext, cancellationToken: ct);
                return [new ContainerFile { Name = "nginx.conf",
                    Contents = Configuration(port, [.. gateway.Resource.Annotations.OfType<GatewayRoutes>()], start.EnvironmentVariables.ToDictionary(),
                        GatewayLimits.Read(builder.Configuration, GatewayLimits.None)) }];
            })
            .WithHttpHealthCheck("/gateway/health");
    }

    /// <summary>
    /// Passes paths to a service: to all its replicas, in turn. A path with a slash at its end covers what is below it. A service whose own limits of a
    /// request body are above 1 MiB names the largest: up to there its own 413 is what a client gets. Costly paths and pages are asked for at the rates of
    /// <see cref="GatewayLimits"/> at most.
    /// </summary>
    public static IResourceBuilder<ContainerResource> WithRoutes<T>(this IResourceBuilder<ContainerResource> gateway, IResourceBuilder<T> service,
        string[] paths, string stripPrefix = "", int? bodyMegabytesMax = null, string[]? costlyPaths = null, bool arePages = false)
        where T : IResourceWithServiceDiscovery
        => gateway
            .WithReference((IResourceBuilder<IResourceWithServiceDiscovery>)service)
            .WaitFor((IResourceBuilder<IResource>)service)
            .WithAnnotation(new GatewayRoutes(service.Resource, paths, stripPrefix, bodyMegabytesMax, CostlyPaths: costlyPaths, ArePages: arePages));

    /// <summary>
    /// Closes a service's paths for operators, and what is below them, to others: in a run they are for who sits at this machine, and a deployment's gateway
    /// does not have them at all; there operators come to the service itself.
    /// </summary>
    public static IResourceBuilder<ContainerResource> WithOperatorRoutes<T>(
        this IResourceBuilder<ContainerResource> gateway, IResourceBuilder<T> service, string[] paths) where T : IResourceWithServiceDiscovery
        => gateway.WithAnnotation(new GatewayRoutes(service.Resource, paths, "",
            Access: gateway.ApplicationBuilder.ExecutionContext.IsPublishMode ? GatewayAccess.Nobody : GatewayAccess.ThisMachine));

    /// <summary>
    /// Writes nginx's configuration. Where a service is reached stands in the gateway's own environment, as for every service:
    /// <c>services__NAME__http__N</c>, one for each replica.
    /// </summary>
    internal static string Configuration(string listenPort, IReadOnlyList<GatewayRoutes> routes, IReadOnlyDictionary<string, string> environment,
        GatewayLimits limits)
    {
        var upstreams = new StringBuilder();
        var locations = new StringBuilder();
        foreach (var service in routes.Select(static route => route.Service.Name).Distinct()) AppendUpstream(upstreams, service, environment);
        foreach (var route in routes)
            foreach (var path in route.Paths) AppendLocation(locations, route, path, limits);
        return Template.Replace("%LISTEN%", listenPort, StringComparison.Ordinal).Replace("%UPSTREAMS%\n", upstreams.ToString(), StringComparison.Ordinal)
            .Replace("%ZONES%\n", limits.Zones([.. routes.SelectMany(static route => route.CostlyPaths ?? [])]), StringComparison.Ordinal)
            .Replace("%CONNECTIONS%\n", limits.ConnectionLimit, StringComparison.Ordinal)
            .Replace("%LOCATIONS%\n", locations.ToString(), StringComparison.Ordinal);
    }

    private static void AppendUpstream(StringBuilder text, string service, IReadOnlyDictionary<string, string> environment)
    {
        text.Append(CultureInfo.InvariantCulture, $"  upstream {service} {{\n    zone {service} 64k;\n");
        foreach (var (_, url) in environment.Where(v => v.Key.StartsWith($"services__{service}__http__", StringComparison.Ordinal))
            .OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            var address = new Uri(url);
            var host = address.Host == "localhost" ? "127.0.0.1" : address.Host; // nginx would take ::1 for a second server
            text.Append(CultureInfo.InvariantCulture, $"    server {host}:{address.Port} max_fails=3 fail_timeout=1s;\n");
        }

        text.Append("    keepalive 512;\n    keepalive_requests 1000000;\n  }\n");
    }

    private static void AppendLocation(StringBuilder text, GatewayRoutes route, string path, GatewayLimits limits)
    {
        var service = route.Service.Name;
        if (route.Access != GatewayAccess.Everybody)
        {
            // In every spelling that the service would take for this path.
            text.Append(CultureInfo.InvariantCulture, $"    location ~* ^{path}(/|$) {{ ").Append(route.Access == GatewayAccess.Nobody ? "return 404; }\n"
                : $"allow 127.0.0.1; deny all; error_page 403 = @unknown; proxy_pass http://{service}; }}\n");
            return;
        }

        // The service gets the path as it was understood here, never as it was spelled: the two must not differ on what is internal.
        var target = path[route.StripPrefix.Length..];
        // Below such a path there is nothing internal: spares the regular expression that is tried on all others.
        var final = route.StripPrefix.Length > 0 && target.Length > 1 ? "^~ " : "";
        var body = route.BodyMegabytesMax is { } size ? $"client_max_body_size {size}m; " : "";
        var time = route.ArePages || route.IsCostly(path) ? "" : "proxy_read_timeout 10s; ";
        text.Append(CultureInfo.InvariantCulture,
            $"    location {final}{path} {{ {body}{limits.RateOf(route, path)}{time}proxy_pass http://{service}{target}; }}\n");
    }

    // Limits: a request body of 1 MiB, unless the routes say otherwise; 10 s for all of a request's header, and between two parts of its body; 2 s to connect;
    // 30 s to answer, or 10 s where nothing is costly: a machine that has lost its power does not even refuse, and holds up for as long whoever is sent there
    // on a connection from before. A request is passed to another replica only if none has seen it, or if it changes nothing (nginx never repeats a POST that
    // was sent). What nginx itself answers is a problem document, like the services' own. Requests that have no path yet when they are refused cannot be
    // answered by a named location, so what they get has a path of its own.
    private const string Template = """
        worker_processes auto;
        worker_rlimit_nofile 65536;
        events {
          worker_connections 8192;
        }
        http {
          access_log off;
          server_tokens off;
          absolute_redirect off;
          types { }
          default_type application/octet-stream;
          tcp_nodelay on;
          keepalive_timeout 65s;
          keepalive_requests 1000000;
          client_max_body_size 1m;
          client_body_timeout 10s;
          client_header_timeout 10s;
          send_timeout 30s;
          reset_timedout_connection on;
          large_client_header_buffers 4 16k;

          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_set_header Host $http_host;
          proxy_connect_timeout 2s;
          proxy_send_timeout 30s;
          proxy_read_timeout 30s;
          proxy_next_upstream error timeout;
          proxy_next_upstream_tries 2;

        %ZONES%
        %UPSTREAMS%

          server {
            listen %LISTEN% backlog=4096;
            server_name _;
        %CONNECTIONS%

            error_page 502 504 = @unavailable;
            location @unavailable {
              internal;
              default_type application/problem+json;
              add_header Retry-After 1 always;
              return 503 '{"type":"urn:shop:problem:unavailable","title":"The service is not available.","status":503,
                "detail":"Try again in a second; what was asked may or may not have been done."}';
            }

            error_page 429 = @many;
            location @many {
              internal;
              default_type application/problem+json;
              add_header Retry-After 1 always;
              return 429 '{"type":"urn:shop:problem:too-many-requests","title":"Too many requests.","status":429,
                "detail":"Nothing was done. Try again in a second."}';
            }

            error_page 404 = @unknown;
            location @unknown {
              internal;
              default_type application/problem+json;
              return 404 '{"type":"urn:shop:problem:not-found","title":"There is nothing here.","status":404}';
            }

            error_page 405 = @method;
            location @method {
              internal;
              default_type application/problem+json;
              return 405 '{"type":"urn:shop:problem:method-not-allowed","title":"Method not allowed.","status":405}';
            }

            error_page 413 = @large;
            location @large {
              internal;
              default_type application/problem+json;
              return 413 '{"type":"urn:shop:problem:invalid-request","title":"The request is too large.","status":413,
                "detail":"The body is larger than this path takes."}';
            }

            error_page 414 /gateway/errors/target;
            location = /gateway/errors/target {
              internal;
              default_type application/problem+json;
              return 414 '{"type":"urn:shop:problem:invalid-request","title":"The request is too large.","status":414,
                "detail":"The path is longer than 16 KiB."}';
            }

            error_page 494 =431 /gateway/errors/header;
            location = /gateway/errors/header {
              internal;
              default_type application/problem+json;
              return 431 '{"type":"urn:shop:problem:invalid-request","title":"The request is too large.","status":431,
                "detail":"A header is longer than 16 KiB, or all together than 64 KiB."}';
            }

            # Neither a transfer coding nor a version that nginx lacks is a failure of ours.
            error_page 400 501 505 =400 /gateway/errors/request;
            location = /gateway/errors/request {
              internal;
              default_type application/problem+json;
              return 400 '{"type":"urn:shop:problem:invalid-request","title":"This is no request.","status":400}';
            }

            # What services say to each other is nobody else's business. Kestrel does not mind case, so neither does this.
            location ~* /internal(/|$) { return 404; }
            location = /gateway/health { default_type text/plain; return 200 "Healthy\n"; }
        %LOCATIONS%
          }
        }

        """;
}
