using System.Diagnostics;
using System.Runtime.Versioning;

namespace Tests.Hosts;

/// <summary>A separate network for the machines and the clients: a bridge in a network namespace, which ends with its only process.</summary>
[SupportedOSPlatform("linux")]
internal sealed class HostNetwork : IDisposable
{
    private const string Bridge = "hosts", ClientAddress = "10.77.0.254/24";
    private readonly Process _holder;

    private HostNetwork(Process holder, NetworkNamespace clients) => (_holder, Clients) = (holder, clients);

    /// <summary>Address of the clients.</summary>
    public NetworkNamespace Clients { get; }

    public static async Task<HostNetwork> CreateAsync()
    {
        // Exits when its input is closed, which happens at the latest when this program exits.
        var holder = Process.Start(new ProcessStartInfo("unshare", ["--net", "sh", "-c", "echo ready; read -r _"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        await holder.StandardOutput.ReadLineAsync();
        var network = new HostNetwork(holder, new NetworkNamespace(holder.Id));
        await network.IpAsync("link", "set", "lo", "up");
        // The bridge needs a fixed MAC address: otherwise it uses that of a machine's port, and changes it when that port is removed, which breaks the
        // machines' ARP entries.
        await network.IpAsync("link", "add", Bridge, "address", "02:00:00:00:00:fe", "type", "bridge");
        await network.IpAsync("address", "add", ClientAddress, "dev", Bridge);
        await network.IpAsync("link", "set", Bridge, "up");
        return network;
    }

    /// <summary>Runs a shell command in the clients' network.</summary>
    public Task<(int Code, string Output)> RunAsync(string command, TimeSpan timeMax)
        => Shell.TryAsync(timeMax, new Dictionary<string, string?>(), "nsenter", $"--net=/proc/{_holder.Id}/ns/net", "sh", "-c", command);

    /// <summary>Connects a machine to the network.</summary>
    public async Task PlugInAsync(Machine machine)
    {
        // Always the same MAC address, because the neighbours cache it.
        var card = $"02:00:00:00:00:0{machine.Address[^1]}";
        await IpAsync("link", "add", machine.Name, "type", "veth", "peer", "name", "eth0", "address", card, "netns", $"{machine.FirstProcess}");
        await IpAsync("link", "set", machine.Name, "master", Bridge, "up");
        await machine.RunAsync("ip", "address", "add", $"{machine.Address}/24", "dev", "eth0");
        await machine.RunAsync("ip", "link", "set", "eth0", "up");
    }

    /// <summary>Disconnects a machine from the bridge: packets to it are dropped, not rejected.</summary>
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
