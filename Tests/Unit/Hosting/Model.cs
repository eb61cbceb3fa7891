using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Tests.Unit.Hosting;

/// <summary>A model that is described and never run; its AppHost's folder is empty.</summary>
internal sealed class Model : IDisposable
{
    private readonly TempFolder _folder = new();

    public Model() => Builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { ProjectDirectory = _folder.Path,
        DisableDashboard = true });

    public IDistributedApplicationBuilder Builder { get; }

    public IResourceBuilder<ParameterResource> Password => Builder.AddParameter("pw", "s3cret{0}", secret: true);

    /// <summary>A project that listens on these ports, one for each replica.</summary>
    public IResourceBuilder<ProjectResource> AddApi(string name, params int[] ports)
    {
        var api = Builder.AddProject(name, _folder.Write($"{name}/{name}.csproj", "<Project />")).WithHttpEndpoint();
        return Allocate(api.WithReplicas(Math.Max(1, ports.Length)), "http", ports);
    }

    /// <summary>Gives an endpoint its ports, as the orchestrator does.</summary>
    public static IResourceBuilder<T> Allocate<T>(IResourceBuilder<T> builder, string endpoint, params int[] ports) where T : IResourceWithEndpoints
    {
        var annotation = builder.Resource.GetEndpoint(endpoint).EndpointAnnotation;
        annotation.Replicas = [.. ports.Select(port => new AllocatedEndpoint(annotation, "localhost", port))];
        annotation.AllocatedEndpoint = annotation.Replicas[0];
        return builder;
    }

    /// <summary>The environment of a program that does what the callback says, without anything else.</summary>
    public async Task<Dictionary<string, string>> EnvironmentAsync(Action<IResourceBuilder<ExecutableResource>> refer)
    {
        var consumer = Builder.AddExecutable("consumer", "true", ".");
        refer(consumer);
        var started = await ExecutionConfigurationBuilder.Create(consumer.Resource).WithEnvironmentVariablesConfig()
            .BuildAsync(consumer.ApplicationBuilder.ExecutionContext);
        return started.EnvironmentVariables.ToDictionary();
    }

    public void Dispose() => _folder.Dispose();
}
