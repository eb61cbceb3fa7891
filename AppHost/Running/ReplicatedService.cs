using Microsoft.Extensions.Configuration;

namespace AppHost;

/// <summary>
/// A service as one resource, or as several replicas that are resources with addresses of their own: <c>order-api</c>, <c>order-api-2</c>, ... All that refer
/// to the service know all of them. <c>Replicas:NAME</c> in the configuration says how many run; deployments scale in their own way.
/// </summary>
internal sealed class ReplicatedService(IReadOnlyList<IResourceBuilder<ProjectResource>> replicas)
{
    /// <summary>The highest number of replicas of a service.</summary>
    public const int ReplicasMax = 8;

    /// <summary>The replicas; the first one has the service's name.</summary>
    public IReadOnlyList<IResourceBuilder<ProjectResource>> Replicas { get; } = replicas;

    /// <summary>The replica that has the service's name.</summary>
    public ProjectResource Resource => Replicas[0].Resource;

    /// <summary>The first replica's address.</summary>
    public EndpointReference HttpEndpoint => Replicas[0].GetEndpoint("http");

    /// <summary>Gives all replicas the connection string of a store.</summary>
    public ReplicatedService WithReference(IResourceBuilder<IResourceWithConnectionString> store) => Each(replica => replica.WithReference(store));

    /// <summary>Gives all replicas the addresses of another service.</summary>
    public ReplicatedService WithReference(ReplicatedService service) => Each(replica => replica.WithReference(service));

    /// <summary>Starts all replicas after a resource is ready.</summary>
    public ReplicatedService WaitFor(IResourceBuilder<IResource> resource) => Each(replica => replica.WaitFor(resource));

    /// <summary>Sets a variable of all replicas.</summary>
    public ReplicatedService WithEnvironment(string name, IResourceBuilder<ParameterResource> value) => Each(replica => replica.WithEnvironment(name, value));

    private ReplicatedService Each(Action<IResourceBuilder<ProjectResource>> configure)
    {
        foreach (var replica in Replicas) configure(replica);
        return this;
    }
}

/// <summary>Marks a replica with the name of its service.</summary>
internal sealed record ServiceReplicaAnnotation(string Service) : IResourceAnnotation;

internal static class ReplicatedServiceExtensions
{
    /// <summary>Adds a service of the solution. It listens on a port of its own, without a proxy, and says at <c>/health</c> whether it is ready.</summary>
    /// <exception cref="DistributedApplicationException"><c>Replicas:NAME</c> is out of range.</exception>
    public static ReplicatedService AddService<TProject>(this IDistributedApplicationBuilder builder, [ResourceName] string name)
        where TProject : IProjectMetadata, new()
    {
        var count = builder.ExecutionContext.IsRunMode ? builder.Configuration.GetValue($"Replicas:{name}", 1) : 1;
        if (count is < 1 or > ReplicatedService.ReplicasMax)
            throw new DistributedApplicationException($"Replicas:{name} is {count}; it must be from 1 to {ReplicatedService.ReplicasMax}.");
        return new([.. Enumerable.Range(1, count).Select(number => builder.AddProject<TProject>(number == 1 ? name : $"{name}-{number}",
                options => options.ExcludeLaunchProfile = true)
            .WithAnnotation(new ServiceReplicaAnnotation(name))
            // Not the parts of connection strings once more: no service reads them, and a server of somebody else has none to give.
            .WithReferenceEnvironment(ReferenceEnvironmentInjectionFlags.ConnectionString | ReferenceEnvironmentInjectionFlags.ServiceDiscovery)
            .WithHttpEndpoint(isProxied: false)
            .WithHttpHealthCheck("/health")
            .DisableForwardedHeaders() // clients of the gateway could send them too
            .WithBuiltProgram())]);
    }

    /// <summary>Gives a resource the addresses of all replicas of a service, as <c>services__NAME__http__N</c>.</summary>
    public static IResourceBuilder<T> WithReference<T>(this IResourceBuilder<T> builder, ReplicatedService service) where T : IResourceWithEnvironment
    {
        builder.WithReference(service.Replicas[0]);
        foreach (var replica in service.Replicas.Skip(1)) builder.WithReference(replica, service.Resource.Name);
        return builder;
    }

    /// <summary>
    /// Runs the program that the build has left, where there is one, instead of <c>dotnet run</c>: one process of 100 MB less for each service, and a second
    /// less to start.
    /// </summary>
    public static IResourceBuilder<ProjectResource> WithBuiltProgram(this IResourceBuilder<ProjectResource> project)
    {
        if (!project.ApplicationBuilder.ExecutionContext.IsRunMode) return project;
        project.WithEnvironment("ASPNETCORE_ENVIRONMENT", project.ApplicationBuilder.Environment.EnvironmentName);
        var path = project.Resource.GetProjectMetadata().ProjectPath;
        if (BuiltProgram.Find(path) is not { } program) return project;
        return project
            .WithEnvironment("DOTNET_ROOT", BuiltProgram.DotNetRoot)
            .WithAnnotation(new ExecutableAnnotation { Command = program, WorkingDirectory = Path.GetDirectoryName(path)! });
    }
}
