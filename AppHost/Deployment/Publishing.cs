using Aspire.Hosting.Pipelines;
using Microsoft.Extensions.DependencyInjection;

namespace AppHost.Deployment;

/// <summary>Adds deployment targets, each with the step <c>publish-NAME</c>. They are part of the model only when publishing.</summary>
internal static class Publishing
{
    /// <summary>Publishes kustomize files: a base, and the overlays <c>local</c> and <c>production</c>.</summary>
    public static void AddKubernetesTarget(this IDistributedApplicationBuilder builder, string name)
        => builder.AddTarget(new TargetResource(name), (model, output) => new Kubernetes.KustomizePublisher(model, output).Write());

    public static void AddComposeTarget(this IDistributedApplicationBuilder builder, string name)
        => builder.AddTarget(new TargetResource(name), (model, output) => new Compose.ComposePublisher(model, output).Write());

    /// <summary>Adds a target whose step writes to the folder with its name.</summary>
    internal static IResourceBuilder<T> AddTarget<T>(this IDistributedApplicationBuilder builder, T target, Action<DeploymentModel, OutputFolder> publish)
        where T : Resource
    {
        var added = builder.Publishes(target.Name) ? builder.AddResource(target) : builder.CreateResourceBuilder(target);
        return added.WithPipelineStepFactory($"publish-{target.Name}", async context =>
        {
            var model = await DeploymentModel.ReadAsync(context.Model, context.ExecutionContext, context.CancellationToken);
            var folder = Path.Combine(context.Services.GetRequiredService<IPipelineOutputService>().GetOutputDirectory(), target.Name);
            publish(model, new OutputFolder(folder));
            context.Summary.Add(target.Name, folder);
        }, requiredBy: [WellKnownPipelineSteps.Publish], description: $"Writes the deployment '{target.Name}'.");
    }
}
