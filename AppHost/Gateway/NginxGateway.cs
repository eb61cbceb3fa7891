using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AppHost.Deployment;

namespace AppHost;

/// <summary>Adds nginx as the shop's only entry point; its configuration is written from the model when it starts.</summary>
internal static partial class NginxGateway
{
    private const string ConfigurationFolder = "/etc/nginx", ApiDocument = "/openapi/v1.json";

    private const string OnlyThisMachine = "allow 127.0.0.1; deny all; ";

    /// <summary>Adds the gateway, which listens on the port on all addresses.</summary>
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
                        GatewayLimits.Read(builder.Configuration, GatewayLimits.None), GatewayCors.Read(builder.Configuration)) }];
            })
            .WithHttpHealthCheck("/gateway/health");
    }

    /// <summary>
    /// Passes paths to all replicas of a service, in turn. The gateway does not wait for them: a request gets 503 until one answers. A path that ends with a
    /// slash covers the paths below it. A service whose own body limits exceed 1 MiB must name the largest one: up to it, clients get the service's own 413.
    /// Costly paths and pages have at most the rates of <see cref="GatewayLimits"/>. A path without a slash at its end, and with a prefix to strip, covers only
    /// itself.
    /// </summary>
    public static IResourceBuilder<ContainerResource> WithRoutes(this IResourceBuilder<ContainerResource> gateway, ReplicatedService service,
        string[] paths, string stripPrefix = "", int? bodyMegabytesMax = null, string[]? costlyPaths = null, bool arePages = false,
        bool compress = false)
        => gateway
            .WithReference(service)
            .WithAnnotation(new GatewayRoutes(service.Resource, paths, stripPrefix, bodyMegabytesMax, CostlyPaths: costlyPaths, ArePages: arePages,
                IsCompressed: compress));

    /// <summary>Serves a service's OpenAPI document below its public paths.</summary>
    /// <param name="folder">The folder of the document.</param>
    /// <param name="stripPrefix">The prefix that the service's routes strip.</param>
    public static IResourceBuilder<ContainerResource> WithApiDocument(this IResourceBuilder<ContainerResource> gateway, ReplicatedService service,
        string folder, string stripPrefix = "")
        => gateway.WithAnnotation(new GatewayRoutes(service.Resource, [folder + ApiDocument], folder, IsCompressed: true, ApiPrefix: stripPrefix));

    /// <summary>Shows the OpenAPI documents of all services on the page of one, in development.</summary>
    public static IResourceBuilder<ContainerResource> WithApiPage(this IResourceBuilder<ContainerResource> gateway, ReplicatedService service)
    {
        if (gateway.ApplicationBuilder.ExecutionContext.IsPublishMode) return gateway;
        foreach (var document in gateway.Resource.Annotations.OfType<GatewayRoutes>().Where(static route => route.ApiPrefix is not null))
            service.WithEnvironment($"OpenApi__Documents__{document.Service.Name}", document.Paths[0]);
        service.WithEnvironment($"OpenApi__Documents__{service.Resource.Name}", ApiDocument);
        return gateway;
    }

    /// <summary>
    /// Restricts a service's operator paths, and those below them. In a run only clients on this machine can use them. A deployment's gateway does not have
    /// them at all, and operators connect to the service directly.
    /// </summary>
    public static IResourceBuilder<ContainerResource> WithOperatorRoutes(this IResourceBuilder<ContainerResource> gateway, ReplicatedService service,
        string[] paths, int? bodyMegabytesMax = null)
        => gateway.WithAnnotation(new GatewayRoutes(service.Resource, paths, "", bodyMegabytesMax,
            gateway.ApplicationBuilder.ExecutionContext.IsPublishMode ? GatewayAccess.Nobody : GatewayAccess.ThisMachine));

    /// <summary>
    /// Passes paths that everybody may read and operators may change. In a deployment the service requires the operator's key for a change. A run usually has
    /// no key, so the gateway lets only clients on this machine make changes.
    /// </summary>
    public static IResourceBuilder<ContainerResource> WithOperatedRoutes(this IResourceBuilder<ContainerResource> gateway, ReplicatedService service,
        string[] paths)
        => gateway.WithReference(service).WithAnnotation(new GatewayRoutes(service.Resource, paths, "",
            ChangeAccess: gateway.ApplicationBuilder.ExecutionContext.IsPublishMode ? GatewayAccess.Everybody : GatewayAccess.ThisMachine));

    /// <summary>Blocks paths, and those below them, that a wider route would pass on.</summary>
    public static IResourceBuilder<ContainerResource> WithoutRoutes(this IResourceBuilder<ContainerResource> gateway, ReplicatedService service,
        string[] paths)
        => gateway.WithAnnotation(new GatewayRoutes(service.Resource, paths, "", Access: GatewayAccess.Nobody));

    /// <summary>
    /// Writes nginx's configuration. Addresses of services are in the gateway's own environment, as for every service: <c>services__NAME__http__N</c>, one for
    /// each replica.
    /// </summary>
    internal static string Configuration(string listenPort, IReadOnlyList<GatewayRoutes> routes, IReadOnlyDictionary<string, string> environment,
        GatewayLimits limits, GatewayCors cors)
    {
        var upstreams = new StringBuilder();
        var locations = new StringBuilder();
        foreach (var service in routes.Select(static route => route.Service.Name).Distinct()) AppendUpstream(upstreams, service, environment);
        foreach (var route in routes)
            foreach (var path in route.Paths) AppendLocation(locations, route, path, limits, cors);
        return Template.Replace("%LISTEN%", listenPort, StringComparison.Ordinal).Replace("%UPSTREAMS%\n", upstreams.ToString(), StringComparison.Ordinal)
            .Replace("%ZONES%\n", limits.Zones([.. routes.SelectMany(static route => route.CostlyPaths ?? [])]), StringComparison.Ordinal)
            .Replace("%CONNECTIONS%\n", limits.ConnectionLimit, StringComparison.Ordinal)
            .Replace("%CORS_MAPS%\n", cors.Maps, StringComparison.Ordinal).Replace("%CORS_HEADERS%\n", cors.Headers, StringComparison.Ordinal)
            .Replace("%LOCATIONS%\n", locations.ToString(), StringComparison.Ordinal);
    }

    /// <summary>
    /// Leaves to <c>gateway.sh</c> what depends on a certificate: it writes <c>listen.conf</c> and <c>redirect.conf</c> to the folder before nginx starts or
    /// reloads.
    /// </summary>
    internal static string WithCertificate(string configuration, string folder)
        => Listen().Replace(configuration, $"    include {folder}/listen.conf;")
            .Replace("\n  server {\n", $"\n  include {folder}/redirect.conf;\n  server {{\n", StringComparison.Ordinal);

    [GeneratedRegex("^    listen .+;$", RegexOptions.Multiline)]
    private static partial Regex Listen();

    private static void AppendUpstream(StringBuilder text, string service, IReadOnlyDictionary<string, string> environment)
    {
        text.Append(CultureInfo.InvariantCulture, $"  upstream {service} {{\n    zone {service} 64k;\n");
        foreach (var (_, url) in environment.Where(v => v.Key.StartsWith($"services__{service}__http__", StringComparison.Ordinal))
            .OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            var address = new Uri(url);
            var host = address.Host == "localhost" ? "127.0.0.1" : address.Host; // nginx would treat ::1 as a second server
            text.Append(CultureInfo.InvariantCulture, $"    server {host}:{address.Port} max_fails=3 fail_timeout=1s;\n");
        }

        text.Append("    keepalive 512;\n    keepalive_requests 1000000;\n  }\n");
    }

    private static void AppendLocation(StringBuilder text, GatewayRoutes route, string path, GatewayLimits limits, GatewayCors cors)
    {
        var service = route.Service.Name;
        var body = route.BodyMegabytesMax is { } size ? $"client_max_body_size {size}m; " : "";
        if (route.Access != GatewayAccess.Everybody)
        {
            // In every spelling that the service would accept for this path.
            text.Append(CultureInfo.InvariantCulture, $"    location ~* ^{path}(/|$) {{ ").Append(route.Access == GatewayAccess.Nobody ? "return 404; }\n"
                : $"{body}{OnlyThisMachine}{cors.Off}proxy_pass http://{service}; }}\n");
            return;
        }

        // The service gets the normalized path, never the original spelling: both must agree on which paths are internal.
        var target = path[route.StripPrefix.Length..];
        // No path below it is internal, so nginx can skip the regular expression that it tries on all others.
        var final = route.StripPrefix.Length == 0 || target.Length == 1 ? "" : path.EndsWith('/') ? "^~ " : "= ";
        var changes = route.ChangeAccess == GatewayAccess.ThisMachine ? $"limit_except GET {{ {OnlyThisMachine}}} " : "";
        var time = route.ArePages || route.IsCostly(path) ? "" : "proxy_read_timeout 10s; ";
        var gzip = route.ArePages || route.IsCompressed ? "gzip on; " : "";
        // A location with a header of its own inherits none.
        var prefix = route.ApiPrefix is { } api ? Headers + $"proxy_set_header X-Forwarded-Prefix \"{api}\"; " : "";
        text.Append(CultureInfo.InvariantCulture,
            $"    location {final}{path} {{ {body}{limits.RateOf(route, path)}{changes}{time}{gzip}{prefix}proxy_pass http://{service}{target}; }}\n");
    }

    // The headers that the template sets for all locations.
    private static string Headers => string.Concat(Template.Split('\n', StringSplitOptions.TrimEntries)
        .Where(static line => line.StartsWith("proxy_set_header ", StringComparison.Ordinal)).Select(static line => line + " "));

    // Limits: a request body of 1 MiB, unless the routes say otherwise; 10 s for a request's whole header, and between two parts of its body; 2 s to connect;
    // 30 s to answer, or 10 s where nothing is costly. A machine that lost its power does not even refuse, and holds up for that time every request that reuses
    // an old connection to it. A request is retried on another replica only if no replica has seen it, or if its method is idempotent (nginx never retries a
    // POST or PATCH that was sent). nginx's own errors are problem documents, like those of services. A request that is rejected before it has a path cannot be
    // answered by a named location, so its error has its own path.
    private static readonly string Template = OutputFolder.Read("nginx.conf");
}
