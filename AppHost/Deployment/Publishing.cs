using Aspire.Hosting.Docker;
using Aspire.Hosting.Kubernetes;
using Aspire.Hosting.Pipelines;
using Microsoft.Extensions.DependencyInjection;

namespace AppHost.Deployment;

/// <summary>Hangs our publishers on Aspire's environments, in the place of their own: the extension point is public, and theirs lack too much.</summary>
internal static class Publishing
{
    /// <summary>Writes the environment as kustomize: a base, and the overlays <c>local</c> and <c>production</c>.</summary>
    public static IResourceBuilder<KubernetesEnvironmentResource> WithKustomize(this IResourceBuilder<KubernetesEnvironmentResource> environment)
        => environment.WithPublisher((model, output) => new Kubernetes.KustomizePublisher(model, output).Write());

    /// <summary>Writes the environment as one Compose file.</summary>
    public static IResourceBuilder<DockerComposeEnvironmentResource> WithComposeFile(this IResourceBuilder<DockerComposeEnvironmentResource> environment)
        => environment.WithPublisher((model, output) => new Compose.ComposePublisher(model, output).Write());

    /// <summary>Publishes the resource by one step, into the folder of its name.</summary>
    internal static IResourceBuilder<T> WithPublisher<T>(this IResourceBuilder<T> environment, Action<DeploymentModel, OutputFolder> publish)
        where T : IResource
    {
        var name = environment.Resource.Name;
        return environment.WithAnnotation(new PipelineStepAnnotation(_ => new PipelineStep
        {
            Name = $"publish-{name}",
            RequiredBySteps = [WellKnownPipelineSteps.Publish],
            Action = async context =>
            {
                var model = await DeploymentModel.ReadAsync(context.Model, context.ExecutionContext, context.CancellationToken);
                var folder = Path.Combine(context.Services.GetRequiredService<IPipelineOutputService>().GetOutputDirectory(), name);
                publish(model, new OutputFolder(folder));
            },
        }), ResourceAnnotationMutationBehavior.Replace);
    }
}
