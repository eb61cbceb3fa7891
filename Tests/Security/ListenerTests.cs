using System.Globalization;
using System.Net;
using Aspire.Hosting.Testing;
using Tests.Cluster;

namespace Tests.Security;

/// <summary>Listeners reachable from other machines, from the kernel's list for every process of the cluster.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class ListenerTests(ClusterFixture cluster)
{
    private const string Listening = "0A";

    [Fact]
    public void Nothing_but_the_gateway_listens_beyond_loopback()
    {
        // The orchestrator and the dashboard are children of this process, which is the AppHost here. The processes that they started are known by id.
        var gateway = cluster.Cluster.Instances("gateway").Select(RunningCluster.ProcessId).OfType<int>().SelectMany(ProcessTable.Tree).ToHashSet();
        var processes = cluster.Cluster.ProcessIds.Prepend(Environment.ProcessId).SelectMany(ProcessTable.Tree).ToHashSet();
        Assert.Superset(gateway, processes);
        var sockets = Sockets("tcp").Concat(Sockets("tcp6")).ToDictionary();
        var listeners = processes.SelectMany(id => Inodes(id).Where(sockets.ContainsKey).Select(inode => (Id: id, At: sockets[inode]))).ToList();

        // Self-check: all services, stores, the dashboard and the AppHost have a listener in the list.
        Assert.True(listeners.Select(l => l.Id).Distinct().Count() >= 10, string.Join('\n', listeners.Select(Describe)));
        Assert.Equal("", string.Join('\n', listeners.Where(l => !gateway.Contains(l.Id) && !IsLoopback(l.At.Address)).Select(Describe)));
        if (gateway.Count == 0) return; // a container's process, which is in another process table
        Assert.Equal([new(IPAddress.Any, cluster.Cluster.App.GetEndpoint("gateway").Port)],
            listeners.Where(l => gateway.Contains(l.Id)).Select(l => l.At).Distinct());
    }

    private static bool IsLoopback(IPAddress address) => IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static string Describe((int Id, IPEndPoint At) listener) => $"{listener.At} {ProcessTable.Describe(listener.Id)}";

    // proc(5): local address and state are in the second and fourth column, the inode in the tenth. Addresses are 32-bit words in memory order.
    private static IEnumerable<(string Inode, IPEndPoint At)> Sockets(string kind)
        => from line in File.ReadLines($"/proc/net/{kind}").Skip(1)
           let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
           where fields[3] == Listening
           let local = fields[1].Split(':')
           let bytes = Enumerable.Range(0, local[0].Length / 8)
               .SelectMany(word => BitConverter.GetBytes(uint.Parse(local[0].AsSpan(8 * word, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture)))
           select (fields[9], new IPEndPoint(new IPAddress([.. bytes]), int.Parse(local[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture)));

    private static IEnumerable<string> Inodes(int process)
    {
        string[] files;
        try
        {
            files = Directory.GetFiles($"/proc/{process}/fd");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // exited, or owned by a user whose sockets are not visible
        }

        return files.Select(LinkOf).Where(link => link.StartsWith("socket:[", StringComparison.Ordinal)).Select(link => link[8..^1]);
    }

    private static string LinkOf(string file)
    {
        try
        {
            return new FileInfo(file).LinkTarget ?? "";
        }
        catch (IOException)
        {
            return ""; // closed meanwhile
        }
    }
}
