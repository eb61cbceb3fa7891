namespace AppHost.Deployment.Vms;

/// <summary>A few plain Linux machines to deploy to: every service, the gateway and a copy of each store on each.</summary>
internal sealed class VirtualMachineTarget(string name, IReadOnlyList<string> machines) : Resource(name)
{
    /// <summary>The machines' names; their addresses are given at deployment.</summary>
    public IReadOnlyList<string> Machines { get; } = machines;

    /// <summary>The addresses that machines use among each other, by the machine's name; without one it is the address of ssh.</summary>
    public Dictionary<string, string> PrivateAddresses { get; } = [];

    /// <summary>The machine of the first master of each Redis, by its name.</summary>
    public Dictionary<string, string> Placement { get; } = [];
}
