namespace AppHost.Deployment.Vms;

/// <summary>A handful of plain Linux machines to deploy to: every service and the gateway on each, every store on one.</summary>
internal sealed class VirtualMachineTarget(string name, IReadOnlyList<string> machines) : Resource(name)
{
    /// <summary>The machines' names; their addresses are known when deploying.</summary>
    public IReadOnlyList<string> Machines { get; } = machines;

    /// <summary>The machine that a store is placed on, by the store's name.</summary>
    public Dictionary<string, string> Placement { get; } = [];
}
