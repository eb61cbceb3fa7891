using Aspire.Hosting.ApplicationModel;

namespace NativeEngines;

/// <summary>
/// Where the resource runs natively, this project accepts its clients' connections and the engine listens on a socket in a private folder only. The project
/// is added to the application then, and not otherwise.
/// </summary>
public sealed class NativeGatewayAnnotation(ProjectResource gateway) : IResourceAnnotation
{
    /// <summary>The gateway's project; not part of the model until the resource is converted.</summary>
    public ProjectResource Gateway { get; } = gateway;

    /// <summary>The folder of the engine's socket, known when the application starts. The socket's number is the endpoint's port.</summary>
    public string EngineFolder { get; internal set; } = "";
}
