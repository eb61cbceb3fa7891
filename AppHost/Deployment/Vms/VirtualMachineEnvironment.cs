namespace AppHost.Deployment.Vms;

/// <summary>A handful of plain Linux machines that the application is deployed to: every service and the gateway on each, every store on one.</summary>
internal sealed class VirtualMachineEnvironmentResource(string name, IReadOnlyList<string> machines) : Resource(name)
{
    /// <summary>The machines' names; what they are reached at is known when deploying.</summary>
    public IReadOnlyList<string> Machines { get; } = machines;

    /// <summary>The machine that a store is placed on, by the store's name.</summary>
    public Dictionary<string, string> Placement { get; } = [];
}

/// <summary>Virtual machines as a deployment target; built on Aspire's resources, annotations and pipeline steps, like any environment.</summary>
internal static class VirtualMachineEnvironmentExtensions
{
    /// <summary>Adds the environment. It counts when publishing; where the application runs it is no resource of it.</summary>
    public static IResourceBuilder<VirtualMachineEnvironmentResource> AddVirtualMachineEnvironment(this IDistributedApplicationBuilder builder,
        [ResourceName] string name, params string[] machines)
    {
        var environment = new VirtualMachineEnvironmentResource(name, machines);
        var added = builder.ExecutionContext.IsRunMode ? builder.CreateResourceBuilder(environment) : builder.AddResource(environment);
        return added.WithPublisher((model, output) => new VirtualMachinePublisher(model, environment, output).Write());
    }

    /// <summary>Says which machine a store runs on.</summary>
    /// <exception cref="ArgumentException">There is no such machine.</exception>
    public static IResourceBuilder<VirtualMachineEnvironmentResource> WithPlacement<T>(this IResourceBuilder<VirtualMachineEnvironmentResource> environment,
        IResourceBuilder<T> store, string machine) where T : IResourceWithConnectionString
    {
        if (!environment.Resource.Machines.Contains(machine)) throw new ArgumentException($"There is no machine '{machine}'.", nameof(machine));
        environment.Resource.Placement[store.Resource.Name] = machine;
        return environment;
    }
}
