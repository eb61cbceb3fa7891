using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Native;

/// <summary>
/// Where the resource runs natively, this project serves its endpoint, and the engine only a socket in a private folder. The project is added to the
/// application then, and not otherwise.
/// </summary>
internal sealed class NativeGatewayAnnotation(ProjectResource gateway) : IResourceAnnotation
{
    public ProjectResource Gateway { get; } = gateway;

    /// <summary>The folder of the engine's socket; known when the application starts. The socket's number is the endpoint's port.</summary>
    public string EngineFolder { get; set; } = "";
}
