using System.Buffers;
using System.Net.Sockets;
using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Commands;
using DocumentDb.Gateway.Engine;
using Microsoft.Extensions.Logging;

namespace DocumentDb.Gateway.Wire;

/// <summary>
/// Serves one client: reads a message, runs its command and sends the reply, in that order. Buffers come from the shared pool and grow only with bytes
/// received, never with the size that a header claims.
/// </summary>
internal sealed partial class ClientConnection(
    Socket socket, long id, Dispatcher dispatcher, SemaphoreSlim largeMessages, ServerState state, ILogger logger) : IDisposable
{
    private const int BufferBytes = 4096, KeptBufferBytesMax = 64 * 1024, LargeBytesMin = 1 << 20, FailedLoginsMax = 3;

    private readonly CommandContext _context = new(id, socket.RemoteEndPoint);
    private readonly CancellationTokenSource _gone = new();
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _start, _end;
    private bool _holdsLarge;

    // For the sweep: the connection's current phase, and since when it has made no progress.
    private volatile Phase _phase;
    private long _since = Environment.TickCount64;

    private enum Phase
    {
        Idle,
        Receiving,
        Running,
        Sending,
    }

    /// <summary>Serves the client until it disconnects, sends an invalid message, or the gateway stops.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (await ReceiveAsync() is > 0 and var length && await AnswerAsync(_buffer.AsMemory(_start, length))) Consume(length);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The client disconnected, or the gateway closed the connection.
        }
        catch (Exception e)
        {
            LogBroken(e, id, e.Message);
        }
    }

    /// <summary>Lets the running command finish and accepts no more.</summary>
    public void Stop() => Try(() => socket.Shutdown(SocketShutdown.Receive));

    /// <summary>Closes the connection at once.</summary>
    public void Abort() => Try(() =>
    {
        _gone.Cancel();
        socket.Close();
    });

    /// <summary>Closes the connection if the client stalls within a message, or has left while its command is still running.</summary>
    public void Sweep(TimeSpan stallTime)
    {
        var idle = TimeSpan.FromMilliseconds(Environment.TickCount64 - Volatile.Read(ref _since));
        switch (_phase)
        {
            case Phase.Receiving or Phase.Sending when idle > stallTime:
                LogStalled(id, _phase.ToString());
                Abort();
                break;
            case Phase.Running when idle > TimeSpan.FromSeconds(1):
                Try(() =>
                {
                    if (socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0 && !state.IsStopping) _gone.Cancel();
                });
                break;
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        _gone.Dispose();
        _context.Dispose();
        if (_holdsLarge) largeMessages.Release();
        _holdsLarge = false;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    /// <summary>Receives one whole message at the start of the buffer; returns 0 if there will be none.</summary>
    private async ValueTask<int> ReceiveAsync()
    {
        for (var length = 0; ;)
        {
            var have = _end - _start;
            if (length == 0 && have >= 4)
            {
                length = WireProtocol.MessageLength(_buffer.AsSpan(_start), _context.User is not null);
                if (length == 0)
                {
                    LogUnusable(id);
                    return 0;
                }
                if (length > LargeBytesMin) await TakeLargeAsync();
            }
            if (length > 0 && have >= length) return length;
            if (_end == _buffer.Length) MakeRoom(length);
            Enter(have == 0 ? Phase.Idle : Phase.Receiving);
            var received = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None);
            if (received == 0) return 0;
            _end += received;
            Diagnostics.Received.Add(received);
        }
    }

    private async ValueTask TakeLargeAsync()
    {
        if (_holdsLarge) return;
        await largeMessages.WaitAsync(_gone.Token);
        _holdsLarge = true;
    }

    private void MakeRoom(int length)
    {
        var have = _end - _start;
        if (_start > 0) _buffer.AsSpan(_start, have).CopyTo(_buffer);
        else
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Min(Math.Max(length, BufferBytes), Math.Max(_buffer.Length * 2, KeptBufferBytesMax)));
            _buffer.AsSpan(0, have).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        (_start, _end) = (0, have);
    }

    private void Consume(int length)
    {
        _start += length;
        if (_start == _end) (_start, _end) = (0, 0);
        if (_holdsLarge)
        {
            largeMessages.Release();
            _holdsLarge = false;
        }
        if (_buffer.Length <= KeptBufferBytesMax || _end - _start > BufferBytes) return;
        var smaller = ArrayPool<byte>.Shared.Rent(BufferBytes);
        _buffer.AsSpan(_start, _end - _start).CopyTo(smaller);
        ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _start, _end) = (smaller, 0, _end - _start);
    }

    /// <summary>Runs one command and sends its reply; returns false if the connection must be closed.</summary>
    private async ValueTask<bool> AnswerAsync(ReadOnlyMemory<byte> message)
    {
        Enter(Phase.Running);
        _context.ClearReply();
        var request = _context.Request;
        switch (WireProtocol.Parse(message, request, out var fault))
        {
            case Parsed.Unusable:
                LogUnusable(id);
                return false;
            case Parsed.Invalid:
                Refuse(fault);
                break;
            case Parsed.Command:
                state.Begin();
                try
                {
                    await dispatcher.ExecuteAsync(_context, _gone.Token);
                }
                finally
                {
                    state.End();
                }
                break;
        }
        if (request.WantsReply) await SendAsync();
        _context.Reply.Reset(WireProtocol.ReplyBytes, KeptBufferBytesMax);
        return _context.FailedLogins < FailedLoginsMax;
    }

    private void Refuse(BsonFault fault)
    {
        var (code, text) = fault switch
        {
            BsonFault.TooDeep => (ErrorCodes.Overflow, $"BSONObj exceeds maximum nested object depth: {BsonCheck.DepthMax}"),
            BsonFault.Malformed => (ErrorCodes.InvalidBson, "The command is not valid BSON"),
            BsonFault.None => (ErrorCodes.FailedToParse, "A request requires a command, and with OP_MSG a $db argument"),
            _ => throw new InvalidOperationException($"{fault} is not a known document fault."),
        };
        Replies.Error(_context, code, text);
    }

    private async ValueTask SendAsync()
    {
        ReadOnlyMemory<byte> reply;
        if (_context.Request.IsLegacy) reply = WireProtocol.LegacyReply(_context.ReplyDocument, _context.Request.RequestId);
        else
        {
            WireProtocol.WriteHead(_context.Reply, _context.Request.RequestId);
            reply = _context.Reply.WrittenMemory;
        }
        Diagnostics.Sent.Add(reply.Length);
        while (reply.Length > 0)
        {
            Enter(Phase.Sending);
            reply = reply[await socket.SendAsync(reply, SocketFlags.None)..];
        }
    }

    private void Enter(Phase phase)
    {
        Volatile.Write(ref _since, Environment.TickCount64);
        _phase = phase;
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }
    }

    [LoggerMessage(10, LogLevel.Warning, "Closing connection {Id}: its message is not valid, too long, or not allowed before login")]
    private partial void LogUnusable(long id);

    [LoggerMessage(11, LogLevel.Warning, "Closing connection {Id}: no progress while {Phase}")]
    private partial void LogStalled(long id, string phase);

    [LoggerMessage(12, LogLevel.Error, "Connection {Id} failed: {Reason}")]
    private partial void LogBroken(Exception e, long id, string reason);
}
