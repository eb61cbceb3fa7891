namespace AppHost.Deployment.Vms;

internal static class VirtualMachineTargetExtensions
{
    /// <summary>Publishes to plain machines: configuration, systemd units and scripts, with one folder per machine.</summary>
    public static IResourceBuilder<VirtualMachineTarget> AddVirtualMachineTarget(this IDistributedApplicationBuilder builder, [ResourceName] string name,
        params string[] machines)
    {
        var target = new VirtualMachineTarget(name, machines);
        return builder.AddTarget(target, (model, output) => new VirtualMachinePublisher(model, target, output).Write());
    }

    /// <summary>Places a store on a machine.</summary>
    /// <exception cref="ArgumentException">The target does not have this machine.</exception>
    public static IResourceBuilder<VirtualMachineTarget> WithPlacement<T>(this IResourceBuilder<VirtualMachineTarget> target, IResourceBuilder<T> store,
        string machine) where T : IResourceWithConnectionString
    {
        if (!target.Resource.Machines.Contains(machine)) throw new ArgumentException($"Unknown machine '{machine}'.", nameof(machine));
        target.Resource.Placement[store.Resource.Name] = machine;
        return target;
    }
}
