using AppHost.Deployment;

namespace AppHost;

/// <summary>The clients that may use a route; all others get 404.</summary>
internal enum GatewayAccess
{
    Everybody,

    /// <summary>Clients on this machine.</summary>
    ThisMachine,

    Nobody,
}
