namespace AppHost.Deployment.Vms;

/// <summary>A few plain Linux machines to deploy to: every service and the gateway on each, every store on one.</summary>
internal sealed class VirtualMachineTarget(string name, IReadOnlyList<string> machines) : Resource(name)
{
    /// <summary>The machines' names; their addresses are given at deployment.</summary>
    public IReadOnlyList<string> Machines { get; } = machines;

    /// <summary>The machine of each store, by the store's name.</summary>
    public Dictionary<string, string> Placement { get; } = [];
}
