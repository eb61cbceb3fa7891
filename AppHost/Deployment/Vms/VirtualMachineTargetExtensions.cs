using System.Net;
using System.Net.Sockets;

namespace AppHost.Deployment.Vms;

internal static class VirtualMachineTargetExtensions
{
    private const string Section = "Machines", PrivateAddress = "PrivateAddress";

    /// <summary>
    /// Publishes to plain machines: configuration, systemd units and scripts, with one folder per machine. Reads their private addresses from the
    /// configuration, <c>Machines:NAME:PrivateAddress</c>.
    /// </summary>
    /// <exception cref="DistributedApplicationException">A private address is not a valid IPv4 address.</exception>
    public static IResourceBuilder<VirtualMachineTarget> AddVirtualMachineTarget(this IDistributedApplicationBuilder builder, [ResourceName] string name,
        params string[] machines)
    {
        var target = new VirtualMachineTarget(name, machines);
        foreach (var machine in machines)
            if (builder.Configuration[$"{Section}:{machine}:{PrivateAddress}"] is { } address)
                target.PrivateAddresses[machine] = IPAddress.TryParse(address, out var parsed) && parsed.AddressFamily == AddressFamily.InterNetwork
                    ? parsed.ToString()
                    : throw new DistributedApplicationException($"{Section}:{machine}:{PrivateAddress} is '{address}', which is not a valid IPv4 address.");
        return builder.AddTarget(target, (model, output) => new VirtualMachinePublisher(model, target, output).Write());
    }

    /// <summary>Places the first master of a Redis on a machine.</summary>
    /// <exception cref="ArgumentException">The target does not have this machine.</exception>
    public static IResourceBuilder<VirtualMachineTarget> WithPlacement<T>(this IResourceBuilder<VirtualMachineTarget> target, IResourceBuilder<T> store,
        string machine) where T : IResourceWithConnectionString
    {
        if (!target.Resource.Machines.Contains(machine)) throw new ArgumentException($"Unknown machine '{machine}'.", nameof(machine));
        target.Resource.Placement[store.Resource.Name] = machine;
        return target;
    }
}
