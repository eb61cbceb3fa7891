using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Docker;

namespace Aspire.Hosting;

/// <summary>Docker Compose as deployment targets.</summary>
public static class DockerComposeEnvironmentExtensions
{
    /// <summary>Adds the environment. It counts when publishing; where the application runs it is no resource of it.</summary>
    public static IResourceBuilder<DockerComposeEnvironmentResource> AddDockerComposeEnvironment(this IDistributedApplicationBuilder builder,
        [ResourceName] string name)
    {
        var environment = new DockerComposeEnvironmentResource(name);
        return builder.ExecutionContext.IsRunMode ? builder.CreateResourceBuilder(environment) : builder.AddResource(environment);
    }
}
