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
