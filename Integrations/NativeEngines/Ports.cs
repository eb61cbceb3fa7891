using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EngineRoots;

namespace NativeEngines;

/// <summary>
/// Finds ports for endpoints, below the system's range for outgoing connections. Otherwise a client's connection could take a server's port while that server
/// restarts, or even connect to itself.
/// </summary>
internal static class Ports
{
    private const int Lowest = 10_000, AttemptsMax = 200;
    private static readonly HashSet<int> Given = [];
    private static readonly int Highest = HighestPort();

    public static int Free()
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var port = Random.Shared.Next(Lowest, Highest);
            if (TryTake(port)) return port;
        }
        throw new EngineException(string.Create(CultureInfo.InvariantCulture,
            $"No free TCP port was found between {Lowest} and {Highest}; stop some of the programs that listen there."));
    }

    /// <summary>Takes a certain port, unless a program listens on it or it was already assigned.</summary>
    public static bool TryTake(int port)
    {
        lock (Given)
            return IsFree(port) && Given.Add(port);
    }

    /// <summary>Returns whether no program listens on the port, on IPv4 or IPv6.</summary>
    private static bool IsFree(int port) => CanBind(IPAddress.Any, port) && (!Socket.OSSupportsIPv6 || CanBind(IPAddress.IPv6Any, port));

    private static bool CanBind(IPAddress address, int port)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
            // As servers do it: a former server's connection in TIME_WAIT does not block the port, but a listener does.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode is SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable; // no IPv6 here
        }
    }

    private static int HighestPort()
    {
        const string range = "/proc/sys/net/ipv4/ip_local_port_range";
        var first = File.Exists(range) ? int.Parse(File.ReadAllText(range).Split('\t', ' ')[0], CultureInfo.InvariantCulture) : 32768;
        return first > Lowest + 1000 ? first : 65_000;
    }
}
