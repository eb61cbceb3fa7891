using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tests.MongoDB.Driver;

/// <summary>
/// A proxy between a driver and the server that drops the reply to one command: the client sees a broken connection although the command was executed.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private const int HeaderBytes = 16;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly IPEndPoint _server;
    private readonly Task _accepting;
    private string? _command;

    public CuttingProxy(IPEndPoint server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Number of dropped replies.</summary>
    public int Cuts { get; private set; }

    /// <summary>Drops the reply to the next command of that name.</summary>
    public void CutAfter(string command) => _command = command;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true) connections.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    // The driver sends one message per reply on a connection.
    private async Task ServeAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        try
        {
            await server.ConnectAsync(_server, _stop.Token);
            while (await ReadAsync(client) is { } request)
            {
                await server.SendAsync(request, _stop.Token);
                if (await ReadAsync(server) is not { } reply) break;
                // The first element of the body is always at the same offset.
                if (_command is { } command && request.AsSpan(HeaderBytes + 9 + 1).StartsWith(Encoding.ASCII.GetBytes(command + "\0")))
                {
                    (_command, Cuts) = (null, Cuts + 1);
                    break;
                }
                await client.SendAsync(reply, _stop.Token);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // One side closed the connection, or the test has ended.
        }
        finally
        {
            client.Dispose();
        }
    }

    private async Task<byte[]?> ReadAsync(Socket socket)
    {
        var length = new byte[4];
        if (!await FillAsync(socket, length)) return null;
        var message = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
        length.CopyTo(message, 0);
        return await FillAsync(socket, message.AsMemory(4)) ? message : null;
    }

    private async Task<bool> FillAsync(Socket socket, Memory<byte> rest)
    {
        while (rest.Length > 0)
        {
            var received = await socket.ReceiveAsync(rest, _stop.Token);
            if (received == 0) return false;
            rest = rest[received..];
        }
        return true;
    }
}
