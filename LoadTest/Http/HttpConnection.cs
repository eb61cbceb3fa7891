using System.Net.Sockets;

namespace LoadTest.Http;

/// <summary>
/// A keep-alive connection with one request on the way at a time. A receive is always pending, so that the end of an idle connection is noticed at once;
/// a request fits in the socket's buffer, so that a send never waits. Nothing is allocated for a request: that is why this is by hand and not HttpClient,
/// which would take CPU time from the shop on the same machine.
/// </summary>
internal sealed class HttpConnection(Target target, IConnectionUser user, int requestBytesMax) : IDisposable
{
    private const int ReceiveBytes = 4 * 1024, SmallSendBytes = 8 * 1024;

    private byte[] _response = new byte[ReceiveBytes];
    private int _received;
    private Socket? _socket;
    private SocketAsyncEventArgs? _connect, _receive;

    /// <summary>The user's: which request is on the way; -1 when none is.</summary>
    public long Number { get; set; } = -1;

    /// <summary>The user's: from when on the answer's time counts, in ticks of the stopwatch.</summary>
    public long Start { get; set; }

    /// <summary>The user's: when the request was sent, or when a closed connection may be tried again; in ticks of the stopwatch.</summary>
    public long Since { get; set; }

    /// <summary>The user's: whether it can send.</summary>
    public bool IsOpen { get; set; }

    /// <summary>The user's: whether it waits in a queue for something to do.</summary>
    public bool IsQueued { get; set; }

    /// <summary>The user's: where it writes the request.</summary>
    public byte[] Request { get; } = new byte[requestBytesMax];

    /// <summary>Begins to connect. Not to be called on a connection that is open.</summary>
    public void Connect()
    {
        _socket?.Dispose();
        _socket = new Socket(target.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, Blocking = false };
        if (requestBytesMax > SmallSendBytes) _socket.SendBufferSize = 2 * requestBytesMax; // smaller ones fit as it is
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

    /// <summary>Sends the first bytes of <see cref="Request"/>. When that fails, the user hears of it as of any other end of the connection.</summary>
    public void Send(int length)
    {
        try
        {
            if (_socket!.Send(Request.AsSpan(0, length), SocketFlags.None, out var error) != length || error != SocketError.Success) Abort();
        }
        catch (ObjectDisposedException)
        {
            // Closed meanwhile, and told so.
        }
    }

    /// <summary>Ends the connection as if the server had. Any thread may.</summary>
    public void Abort()
    {
        try
        {
            _socket!.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Ended already.
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

    // Answers that are there already are taken in a loop, not by recursion.
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

    // False when the connection is of no more use.
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

        // Bytes that nobody asked for: what they answer is anybody's guess.
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
