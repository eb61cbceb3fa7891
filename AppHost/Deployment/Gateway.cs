namespace AppHost.Deployment;

internal sealed record Gateway(string Name, string Image, IReadOnlyList<GatewayRoutes> Routes, GatewayLimits Limits, GatewayCors Cors);
