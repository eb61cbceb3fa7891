namespace AppHost.Deployment;

/// <summary>The gateway.</summary>
internal sealed record Gateway(string Name, string Image, IReadOnlyList<GatewayRoutes> Routes, GatewayLimits Limits);
