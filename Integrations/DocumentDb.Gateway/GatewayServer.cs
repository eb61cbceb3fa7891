using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using DocumentDb.Gateway.Commands;
using DocumentDb.Gateway.Wire;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DocumentDb.Gateway;

/// <summary>Accepts connections until the gateway stops. It then closes idle ones, and gives running commands a moment to finish.</summary>
internal sealed partial class GatewayServer(Dispatcher dispatcher, ServerState state, IOptions<GatewayOptions> options, ILogger<GatewayServer> logger)
    : IHostedService, IDisposable
{
    private const int Backlog = 4096;
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<long, (ClientConnection Connection, Task Running)> _connections = [];
    private readonly SemaphoreSlim _largeMessages = new(options.Value.LargeMessagesMax, options.Value.LargeMessagesMax);
    private readonly CancellationTokenSource _stopping = new();
    private Socket? _listener;
    private Task _background = Task.CompletedTask;

    /// <summary>The address that it listens on, after the start.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)(_listener?.LocalEndPoint ?? throw new InvalidOperationException("The server has not started."));

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var address = new IPEndPoint(IPAddress.Parse(options.Value.Address), options.Value.Port);
        _listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(address);
        _listener.Listen(Backlog);
        LogListening(EndPoint);
        _background = Task.WhenAll(AcceptAsync(_stopping.Token), SweepAsync(_stopping.Token));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        state.IsStopping = true;
        await _stopping.CancelAsync();
        _listener?.Dispose();
        await _background.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var (connection, _) in _connections.Values) connection.Stop();
        var ended = Task.WhenAll(_connections.Values.Select(c => c.Running));
        await Task.WhenAny(ended, Task.Delay(options.Value.StopTime, cancellationToken));
        foreach (var (connection, _) in _connections.Values) connection.Abort();
        await ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _listener?.Dispose();
        _largeMessages.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener!.AcceptAsync(ct);
                if (state.Open() is { } id) Serve(socket, id);
                else
                {
                    LogFull(state.ConnectionsMax);
                    socket.Dispose();
                }
            }
            catch (SocketException e) when (!ct.IsCancellationRequested)
            {
                // Too many open files, or a client that left before it was accepted: neither stops the server.
                LogNotAccepted(e, e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(100), ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    private void Serve(Socket socket, long id)
    {
        ClientConnection connection;
        try
        {
            socket.NoDelay = true;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            connection = new ClientConnection(socket, id, dispatcher, _largeMessages, state, logger);
        }
        catch (SocketException)
        {
            socket.Dispose(); // the client has already left
            state.Close();
            return;
        }
        // Registered before it runs, so that its end finds the entry to remove.
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _connections[id] = (connection, RunAsync(connection, id, begin.Task));
        begin.SetResult();
    }

    private async Task RunAsync(ClientConnection connection, long id, Task begin)
    {
        await begin;
        try
        {
            await connection.RunAsync();
        }
        finally
        {
            _connections.TryRemove(id, out _);
            connection.Dispose();
            state.Close();
        }
    }

    private async Task SweepAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(SweepEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
                foreach (var (connection, _) in _connections.Values) connection.Sweep(options.Value.StallTime);
        }
        catch (OperationCanceledException) { }
    }

    [LoggerMessage(20, LogLevel.Information, "Listening on {EndPoint}")]
    private partial void LogListening(IPEndPoint endPoint);

    [LoggerMessage(21, LogLevel.Warning, "A connection was rejected: the limit of {Max} connections is reached")]
    private partial void LogFull(int max);

    [LoggerMessage(22, LogLevel.Warning, "A connection was not accepted: {Reason}")]
    private partial void LogNotAccepted(Exception e, string reason);
}
