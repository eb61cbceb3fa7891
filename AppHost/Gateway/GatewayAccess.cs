using AppHost.Deployment;

namespace AppHost;

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
