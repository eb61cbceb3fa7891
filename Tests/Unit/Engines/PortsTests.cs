using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using NativeEngines;

namespace Tests.Unit.Engines;

[Trait("Category", "Unit")]
public sealed class PortsTests
{
    [Fact]
    public void A_port_is_assigned_once_and_is_below_the_ephemeral_range()
    {
        var ports = new ConcurrentBag<int>();
        Parallel.For(0, 300, _ => ports.Add(Ports.Free()));
        var firstOutgoing = int.Parse(File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split('\t')[0], CultureInfo.InvariantCulture);

        Assert.Equal(300, ports.Distinct().Count());
        Assert.All(ports, port => Assert.InRange(port, 1024, firstOutgoing > 11_000 ? firstOutgoing - 1 : 65_535));
    }

    [Fact]
    public void An_assigned_or_used_port_is_not_taken()
    {
        Assert.False(Ports.TryTake(Ports.Free()));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Assert.False(Ports.TryTake(((IPEndPoint)listener.LocalEndpoint).Port));
    }
}
