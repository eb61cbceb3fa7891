namespace AppHost.Deployment.Vms;

/// <summary>A handful of plain Linux machines to deploy to: every service and the gateway on each, every store on one.</summary>
internal sealed class VirtualMachineTarget(string name, IReadOnlyList<string> machines) : Resource(name)
{
    /// <summary>The machines' names; their addresses are known when deploying.</summary>
    public IReadOnlyList<string> Machines { get; } = machines;

    /// <summary>The machine that a store is placed on, by the store's name.</summary>
    public Dictionary<string, string> Placement { get; } = [];
}

internal static class VirtualMachineTargetExtensions
{
    /// <summary>Publishes to plain machines: configuration, systemd units and scripts, a folder for each machine.</summary>
    public static IResourceBuilder<VirtualMachineTarget> AddVirtualMachineTarget(this IDistributedApplicationBuilder builder, [ResourceName] string name,
        params string[] machines)
    {
        var target = new VirtualMachineTarget(name, machines);
        return builder.AddTarget(target, (model, output) => new VirtualMachinePublisher(model, target, output).Write());
    }

    /// <summary>Places a store on a machine.</summary>
    /// <exception cref="ArgumentException">There is no such machine.</exception>
    public static IResourceBuilder<VirtualMachineTarget> WithPlacement<T>(this IResourceBuilder<VirtualMachineTarget> target, IResourceBuilder<T> store,
        string machine) where T : IResourceWithConnectionString
    {
        if (!target.Resource.Machines.Contains(machine)) throw new ArgumentException($"There is no machine '{machine}'.", nameof(machine));
        target.Resource.Placement[store.Resource.Name] = machine;
        return target;
    }
}
