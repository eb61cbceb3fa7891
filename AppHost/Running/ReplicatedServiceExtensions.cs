using Microsoft.Extensions.Configuration;

namespace AppHost;

internal static class ReplicatedServiceExtensions
{
    /// <summary>Adds a service of the solution. It listens on its own port, without a proxy, and reports at <c>/health</c> whether it is ready.</summary>
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
            // Without the separate parts of connection strings: no service reads them, and an external server has none.
            .WithReferenceEnvironment(ReferenceEnvironmentInjectionFlags.ConnectionString | ReferenceEnvironmentInjectionFlags.ServiceDiscovery)
            .WithHttpEndpoint(isProxied: false)
            .WithHttpHealthCheck("/health")
            .DisableForwardedHeaders() // clients of the gateway could send these headers, too
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
    /// Runs the program that the build created, if it exists, instead of <c>dotnet run</c>: this saves a process of 100 MB for each service, and a second at
    /// startup.
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
