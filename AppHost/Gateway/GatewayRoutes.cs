using AppHost.Deployment;

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
