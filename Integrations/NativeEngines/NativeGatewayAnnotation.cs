using Aspire.Hosting.ApplicationModel;

namespace NativeEngines;

/// <summary>
/// Names the project that accepts clients' connections when the resource runs natively; the engine then only listens on a socket in a private folder. The
/// project is added to the application only in that case.
/// </summary>
public sealed class NativeGatewayAnnotation(ProjectResource gateway) : IResourceAnnotation
{
    /// <summary>The gateway's project, which is added to the model when the resource is converted.</summary>
    public ProjectResource Gateway { get; } = gateway;

    /// <summary>The folder of the engine's socket, set when the application starts. The socket's number is the endpoint's port.</summary>
    public string EngineFolder { get; internal set; } = "";
}
