using AppHost.Deployment;

namespace AppHost;

/// <summary>A set of paths that the gateway passes to one service, without the prefix.</summary>
/// <param name="Paths">The beginnings of the paths.</param>
/// <param name="StripPrefix">The part of a path that is removed before the service gets it.</param>
/// <param name="BodyMegabytesMax">The largest request body, in MiB; null for the gateway's own limit.</param>
/// <param name="Access">The clients that may use the paths.</param>
/// <param name="CostlyPaths">Those of the paths, with all paths below them, where one request costs as much as a thousand others.</param>
/// <param name="ArePages">Whether the paths are pages for people.</param>
/// <param name="ChangeAccess">The clients that may use methods other than GET and HEAD, if <paramref name="Access"/> is everybody.</param>
/// <param name="IsCompressed">Whether answers of 1 KiB and more are compressed; those of pages always are.</param>
/// <param name="ApiPrefix">For the path of an OpenAPI document: the prefix of the paths that it describes.</param>
internal sealed record GatewayRoutes(IResourceWithServiceDiscovery Service, string[] Paths, string StripPrefix, int? BodyMegabytesMax = null,
    GatewayAccess Access = GatewayAccess.Everybody, string[]? CostlyPaths = null, bool ArePages = false,
    GatewayAccess ChangeAccess = GatewayAccess.Everybody, bool IsCompressed = false, string? ApiPrefix = null) : IResourceAnnotation
{
    /// <summary>Returns whether the path, or one below it, is costly.</summary>
    public bool IsCostly(string path) => CostlyPaths?.Any(costly => costly.StartsWith(path.TrimEnd('/'), StringComparison.Ordinal)) == true;
}
