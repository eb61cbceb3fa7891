using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Docker;

/// <summary>A machine with Docker Compose that the application is deployed to.</summary>
public class DockerComposeEnvironmentResource(string name) : Resource(name), IComputeEnvironmentResource;
