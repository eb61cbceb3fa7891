using System.Net.Sockets;

namespace LoadTest.Http;

/// <summary>
/// A keep-alive connection with one request in flight at a time. A receive is always pending, so the end of an idle connection is noticed at once. A request
/// fits in the socket's buffer, so a send never waits. Nothing is allocated for a request. HttpClient would allocate, and take CPU time from the shop on the
/// same machine.
/// </summary>
internal sealed class HttpConnection(Target target, IConnectionUser user, int requestBytesMax) : IDisposable
{
    private const int ReceiveBytes = 4 * 1024, SmallSendBytes = 8 * 1024;

    private byte[] _response = new byte[ReceiveBytes];
    private int _received;
    private Socket? _socket;
    private SocketAsyncEventArgs? _connect, _receive;

    /// <summary>The number of the request in flight, set by the user; -1 if there is none.</summary>
    public long Number { get; set; } = -1;

    /// <summary>When the latency starts to count, set by the user, in ticks of the stopwatch.</summary>
    public long Start { get; set; }

    /// <summary>When the request was sent, or when a closed connection may reconnect, set by the user; in ticks of the stopwatch.</summary>
    public long Since { get; set; }

    /// <summary>Whether the connection can send, set by the user.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Whether the connection is waiting in a queue for work, set by the user.</summary>
    public bool IsQueued { get; set; }

    /// <summary>The buffer that the user writes the request to.</summary>
    public byte[] Request { get; } = new byte[requestBytesMax];

    /// <summary>Begins to connect. Must not be called on an open connection.</summary>
    public void Connect()
    {
        _socket?.Dispose();
        _socket = new Socket(target.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, Blocking = false };
        if (requestBytesMax > SmallSendBytes) _socket.SendBufferSize = 2 * requestBytesMax; // smaller ones fit by default
        _received = 0;
        if (_connect is null)
        {
            _connect = new SocketAsyncEventArgs(true) { RemoteEndPoint = target.EndPoint };
            _connect.Completed += (_, _) => OnConnected();
            _receive = new SocketAsyncEventArgs(true);
            _receive.Completed += (_, _) => OnReceived();
        }

        _receive!.SetBuffer(_response, 0, _response.Length);
        if (!_socket.ConnectAsync(_connect)) OnConnected();
    }

    /// <summary>Sends the first bytes of <see cref="Request"/>. If that fails, the user is notified as for any other end of the connection.</summary>
    public void Send(int length)
    {
        try
        {
            if (_socket!.Send(Request.AsSpan(0, length), SocketFlags.None, out var error) != length || error != SocketError.Success) Abort();
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile; the user was notified.
        }
    }

    /// <summary>Ends the connection as if the server had closed it. Can be called on any thread.</summary>
    public void Abort()
    {
        try
        {
            _socket!.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Already ended.
        }
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _connect?.Dispose();
        _receive?.Dispose();
    }

    private void OnConnected()
    {
        if (_connect!.SocketError != SocketError.Success)
        {
            Close(wasConnected: false);
            return;
        }

        user.Connected(this);
        if (Receive()) OnReceived();
    }

    // Answers that have already arrived are handled in a loop, not by recursion.
    private void OnReceived()
    {
        do
        {
            var args = _receive!;
            if (args.SocketError != SocketError.Success || args.BytesTransferred == 0 || !Take(args.BytesTransferred))
            {
                Close(wasConnected: true);
                return;
            }
        }
        while (Receive());
    }

    private bool Receive()
    {
        try
        {
            return !_socket!.ReceiveAsync(_receive!);
        }
        catch (ObjectDisposedException)
        {
            return false; // the user is done
        }
    }

    // False if the connection is no longer usable.
    private bool Take(int bytes)
    {
        _received += bytes;
        var state = HttpResponse.Parse(_response.AsSpan(0, _received), out var response);
        if (state == ResponseState.Incomplete)
        {
            if (_received == _response.Length) Array.Resize(ref _response, 2 * _response.Length);
            _receive!.SetBuffer(_response, _received, _response.Length - _received);
            return true;
        }

        // Unexpected bytes: it is unknown which request they answer.
        if (state == ResponseState.Invalid || response.Length != _received || Number < 0) return false;
        _received = 0;
        if (_receive!.Offset != 0 || _receive.Count != _response.Length) _receive.SetBuffer(_response, 0, _response.Length);
        user.Answered(this, response.Status, _response.AsSpan(response.BodyStart, response.BodyLength), response.IsLast);
        return !response.IsLast;
    }

    private void Close(bool wasConnected)
    {
        _socket!.Dispose();
        user.Closed(this, wasConnected);
    }
}
