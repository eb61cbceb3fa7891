using System.Net;
using System.Net.Sockets;

namespace AppHost;

/// <summary>
/// Chooses the dashboard's ports: those of the launch profile, or a free one where a port is taken, for example by another run of this AppHost. The dashboard's
/// address is printed anyway, and users do not need the other ports.
/// </summary>
internal static class DashboardPorts
{
    private static readonly (string Variable, int Port)[] Urls =
    [
        ("ASPNETCORE_URLS", 15080), ("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", 19080), ("ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL", 20080),
    ];

    /// <summary>Sets the variables of this process that are missing or name a taken port.</summary>
    public static void Choose()
    {
        foreach (var (variable, port) in Urls)
        {
            var given = Environment.GetEnvironmentVariable(variable);
            if (string.IsNullOrEmpty(given)) given = $"http://localhost:{port}";
            if (Uri.TryCreate(given, UriKind.Absolute, out var url) && !IsFree(url.Port)) given = $"{url.Scheme}://{url.Host}:{FreePort()}";
            Environment.SetEnvironmentVariable(variable, given);
        }

        Environment.SetEnvironmentVariable("ASPIRE_ALLOW_UNSECURED_TRANSPORT", "true");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true); // a connection in TIME_WAIT does not block the port
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
