using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Kubernetes;

namespace Aspire.Hosting;

/// <summary>Kubernetes clusters as deployment targets.</summary>
public static class KubernetesEnvironmentExtensions
{
    /// <summary>Adds the environment. It counts when publishing; where the application runs it is no resource of it.</summary>
    public static IResourceBuilder<KubernetesEnvironmentResource> AddKubernetesEnvironment(this IDistributedApplicationBuilder builder,
        [ResourceName] string name)
    {
        var environment = new KubernetesEnvironmentResource(name);
        return builder.ExecutionContext.IsRunMode ? builder.CreateResourceBuilder(environment) : builder.AddResource(environment);
    }
}
