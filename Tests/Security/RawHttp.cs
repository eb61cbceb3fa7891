using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tests.Security;

/// <summary>A response as received, one character per byte. Status 0 means that the connection was closed without a response.</summary>
internal sealed record RawAnswer(int Status, string Head, string Body)
{
    /// <summary>Parses the first response. Everything after its head is the body, with chunks unparsed.</summary>
    public static RawAnswer Read(string received)
    {
        var end = received.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0 || !received.StartsWith("HTTP/1.", StringComparison.Ordinal)) return new(0, "", received);
        return new(int.Parse(received.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture), received[..end], received[(end + 4)..]);
    }

    /// <summary>Returns a header's value, or null.</summary>
    public string? Header(string name) => Head.Split("\r\n").Skip(1).FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))
        ?[(name.Length + 1)..].Trim();

    /// <summary>Expects a problem document of the given status and type. Retry-After, if present, must be a number of seconds.</summary>
    public void AssertProblem(int status, string type, bool withRetryAfter = false)
    {
        Assert.True(Status == status, $"{status} expected: {Head}\n{Body}");
        Assert.Equal("application/problem+json", Header("Content-Type"));
        Assert.Contains($"\"type\":\"urn:shop:problem:{type}\"", Body, StringComparison.Ordinal);
        Assert.Equal(withRetryAfter, Header("Retry-After") is { } seconds && int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture) > 0);
    }
}

/// <summary>A connection that sends exactly the given bytes, without an HTTP client that would normalize them.</summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private RawConnection()
    {
    }

    /// <summary>Connects to a local server.</summary>
    /// <param name="server">Only the port is used.</param>
    /// <param name="from">The client's own address, in 127.0.0.0/8.</param>
    public static async Task<RawConnection> OpenAsync(Uri server, string from = "127.0.0.1")
    {
        var connection = new RawConnection();
        connection._socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(ConnectLimit);
        await connection._socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, server.Port), limit.Token);
        return connection;
    }

    /// <summary>Sends a request on a new connection, and reads until the server closes it.</summary>
    /// <param name="server">Only the port is used.</param>
    /// <param name="request">The bytes as characters.</param>
    /// <param name="from">The client's own address, in 127.0.0.0/8.</param>
    /// <param name="quiet">Stops reading when the server has sent nothing for this time; 35 s by default.</param>
    /// <param name="parts">Stops reading when the server has started to respond and then sent nothing for this time.</param>
    public static async Task<RawAnswer> AskAsync(Uri server, string request, string from = "127.0.0.1", TimeSpan? quiet = null, TimeSpan? parts = null)
    {
        using var connection = await OpenAsync(server, from);
        await connection.SendAsync(request);
        return RawAnswer.Read(await connection.ReadAsync(quiet ?? TimeSpan.FromSeconds(35), parts));
    }

    /// <summary>Sends characters as bytes. A connection that the server has closed is not an error, because its response gives the reason.</summary>
    public async Task SendAsync(string text)
    {
        try
        {
            await _socket.SendAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
        }
    }

    /// <summary>Reads until the server closes the connection or sends nothing for a time; 8 MiB at most.</summary>
    /// <param name="quiet">The time without any data.</param>
    /// <param name="parts">The time without more data after the first; null for the same time.</param>
    public async Task<string> ReadAsync(TimeSpan quiet, TimeSpan? parts = null)
    {
        const int LengthMax = 8 * 1024 * 1024;
        var (received, buffer) = (new StringBuilder(), new byte[64 * 1024]);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        try
        {
            while (received.Length < LengthMax)
            {
                limit.CancelAfter(received.Length > 0 && parts is { } time ? time : quiet);
                var count = await _socket.ReceiveAsync(buffer, limit.Token);
                if (count == 0) break;
                received.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (Exception e) when (e is SocketException { SocketErrorCode: SocketError.ConnectionReset }
            || (e is OperationCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested))
        {
        }
        return received.ToString();
    }

    public void Dispose() => _socket.Dispose();
}
