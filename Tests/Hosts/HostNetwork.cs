using System.Diagnostics;
using System.Runtime.Versioning;

namespace Tests.Hosts;

/// <summary>A network of its own for some machines and for the clients: a bridge in a namespace of its own. It is gone with its only process.</summary>
[SupportedOSPlatform("linux")]
internal sealed class HostNetwork : IDisposable
{
    private const string Bridge = "hosts", ClientAddress = "10.77.0.254/24";
    private readonly Process _holder;

    private HostNetwork(Process holder, NetworkNamespace clients) => (_holder, Clients) = (holder, clients);

    /// <summary>Where the clients are.</summary>
    public NetworkNamespace Clients { get; }

    public static async Task<HostNetwork> CreateAsync()
    {
        // Ends with its input: when this program ends, at the latest.
        var holder = Process.Start(new ProcessStartInfo("unshare", ["--net", "sh", "-c", "echo ready; read -r _"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        await holder.StandardOutput.ReadLineAsync();
        var network = new HostNetwork(holder, new NetworkNamespace(holder.Id));
        await network.IpAsync("link", "set", "lo", "up");
        // A card of its own: else it takes that of a machine's cable, and another one when that is pulled, and the machines look for the clients in vain.
        await network.IpAsync("link", "add", Bridge, "address", "02:00:00:00:00:fe", "type", "bridge");
        await network.IpAsync("address", "add", ClientAddress, "dev", Bridge);
        await network.IpAsync("link", "set", Bridge, "up");
        return network;
    }

    /// <summary>Gives a machine its cable.</summary>
    public async Task PlugInAsync(Machine machine)
    {
        // Always the same card: its neighbours remember its address for a while.
        var card = $"02:00:00:00:00:0{machine.Address[^1]}";
        await IpAsync("link", "add", machine.Name, "type", "veth", "peer", "name", "eth0", "address", card, "netns", $"{machine.FirstProcess}");
        await IpAsync("link", "set", machine.Name, "master", Bridge, "up");
        await machine.RunAsync("ip", "address", "add", $"{machine.Address}/24", "dev", "eth0");
        await machine.RunAsync("ip", "link", "set", "eth0", "up");
    }

    /// <summary>Takes the cable out of the bridge: packets to the machine get no answer, not even a refusal.</summary>
    public Task UnplugAsync(Machine machine) => IpAsync("link", "delete", machine.Name);

    public void Dispose()
    {
        Clients.Dispose();
        _holder.StandardInput.Close();
        _holder.WaitForExit();
        _holder.Dispose();
    }

    private Task<string> IpAsync(params string[] arguments) => Shell.RunAsync("nsenter", [$"--target={_holder.Id}", "--net", "--", "ip", .. arguments]);
}
