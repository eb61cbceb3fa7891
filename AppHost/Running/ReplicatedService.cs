namespace AppHost;

/// <summary>
/// A service as one resource, or as several replicas with their own addresses: <c>order-api</c>, <c>order-api-2</c>, ... Resources that refer to the service
/// get all addresses. <c>Replicas:NAME</c> in the configuration sets the number of replicas in a run; deployments scale separately.
/// </summary>
internal sealed class ReplicatedService(IReadOnlyList<IResourceBuilder<ProjectResource>> replicas)
{
    public const int ReplicasMax = 8;

    /// <summary>The replicas; the first one has the service's name.</summary>
    public IReadOnlyList<IResourceBuilder<ProjectResource>> Replicas { get; } = replicas;

    /// <summary>The first replica, which has the service's name.</summary>
    public ProjectResource Resource => Replicas[0].Resource;

    public EndpointReference HttpEndpoint => Replicas[0].GetEndpoint("http");

    /// <summary>Gives all replicas the connection string of a store.</summary>
    public ReplicatedService WithReference(IResourceBuilder<IResourceWithConnectionString> store) => Each(replica => replica.WithReference(store));

    /// <summary>Gives all replicas the addresses of another service.</summary>
    public ReplicatedService WithReference(ReplicatedService service) => Each(replica => replica.WithReference(service));

    public ReplicatedService WaitFor(IResourceBuilder<IResource> resource) => Each(replica => replica.WaitFor(resource));

    public ReplicatedService WithEnvironment(string name, IResourceBuilder<ParameterResource> value) => Each(replica => replica.WithEnvironment(name, value));

    public ReplicatedService WithEnvironment(string name, string value) => Each(replica => replica.WithEnvironment(name, value));

    private ReplicatedService Each(Action<IResourceBuilder<ProjectResource>> configure)
    {
        foreach (var replica in Replicas) configure(replica);
        return this;
    }
}
