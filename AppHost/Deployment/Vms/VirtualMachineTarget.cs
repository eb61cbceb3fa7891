namespace AppHost.Deployment.Vms;

/// <summary>A few plain Linux machines to deploy to: every service, the gateway and a copy of each Postgres on each, Redis on one.</summary>
internal sealed class VirtualMachineTarget(string name, IReadOnlyList<string> machines) : Resource(name)
{
    /// <summary>The machines' names; their addresses are given at deployment.</summary>
    public IReadOnlyList<string> Machines { get; } = machines;

    /// <summary>The addresses that machines use among each other, by the machine's name; without one it is the address of ssh.</summary>
    public Dictionary<string, string> PrivateAddresses { get; } = [];

    /// <summary>The machine of each store that is not replicated, by the store's name.</summary>
    public Dictionary<string, string> Placement { get; } = [];
}
