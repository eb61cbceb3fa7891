using System.Diagnostics;
using MongoDB.Bson;
using MongoDB.Driver.Core.Configuration;

namespace MongoDB.Driver;

/// <summary>One server: its pool, and the monitor that looks at it over a connection of its own.</summary>
internal sealed class Server : IDisposable
{
    // Two looks are never closer than this, however urgent (server discovery and monitoring: minHeartbeatFrequencyMS).
    private static readonly TimeSpan HeartbeatMin = TimeSpan.FromMilliseconds(500);

    private readonly MongoClientSettings _settings;
    private readonly Action<ServerDescription> _found;
    private readonly CancellationTokenSource _closed = new();
    private readonly SemaphoreSlim _wanted = new(0, 1);
    private readonly Lock _gate = new();
    private Connection? _monitor;
    private int _inUse;

    public Server(MongoServerAddress address, MongoClientSettings settings, ClusterBuilder events, Action<ServerDescription> found)
    {
        (_settings, _found, Description) = (settings, found, new ServerDescription(address));
        Pool = new ConnectionPool(address, settings, events) { OpeningFailed = Failed };
    }

    public ConnectionPool Pool { get; }

    /// <summary>The last one found.</summary>
    public ServerDescription Description { get; private set; }

    /// <summary>Commands under way, for choosing among equals.</summary>
    public int InUse => Volatile.Read(ref _inUse);

    public void Start() => _ = Task.Run(() => MonitorAsync(_closed.Token));

    /// <summary>Looks at the server as soon as it may.</summary>
    public void Look()
    {
        lock (_gate)
        {
            if (_wanted.CurrentCount == 0) _wanted.Release();
        }
    }

    public async ValueTask<Connection> AcquireAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _inUse);
        try
        {
            return await Pool.AcquireAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Interlocked.Decrement(ref _inUse);
            throw;
        }
    }

    public void Release(Connection connection)
    {
        Interlocked.Decrement(ref _inUse);
        Pool.Release(connection);
    }

    /// <summary>A connection of that generation failed, or could not be opened. A time-out of one command says nothing about the server.</summary>
    public void Failed(Exception cause, int generation)
    {
        lock (_gate)
        {
            // What an older generation suffers has been dealt with.
            if (generation != Pool.Generation || cause is OperationCanceledException) return;
            var commandTimedOut = cause is MongoConnectionException { ContainsTimeoutException: true } && Description.Type != ServerType.Unknown
                && cause.Message.Contains("no answer", StringComparison.Ordinal);
            if (commandTimedOut) return;
            Set(new ServerDescription(Description.Address) { Error = cause });
            Pool.Clear(cause, pause: true);
        }

        Look();
    }

    /// <summary>The server says that it is not the primary, or is going away.</summary>
    public void NotPrimary(Exception cause, int code, int generation)
    {
        lock (_gate)
        {
            if (generation != Pool.Generation) return;
            Set(new ServerDescription(Description.Address) { Error = cause });
            if (code is 91 or 11600) Pool.Clear(cause, pause: true);
        }

        Look();
    }

    public void Dispose()
    {
        if (_closed.IsCancellationRequested) return;
        _closed.Cancel();
        Pool.Dispose();
    }

    private void Set(ServerDescription description)
    {
        Description = description;
        _found(description);
    }

    private async Task MonitorAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            var known = Description.Type != ServerType.Unknown;
            var found = await CheckAsync(cancellationToken).ConfigureAwait(false);
            if (cancellationToken.IsCancellationRequested) break;
            Apply(found);
            try
            {
                // A server that was there and failed is looked at again at once: it may only have closed the monitor's connection.
                if (found.Type == ServerType.Unknown && known) continue;
                await _wanted.WaitAsync(_settings.HeartbeatInterval, cancellationToken).ConfigureAwait(false);
                if (HeartbeatMin - Stopwatch.GetElapsedTime(started) is { Ticks: > 0 } rest) await Task.Delay(rest, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        _monitor?.Dispose();
    }

    private void Apply(ServerDescription found)
    {
        lock (_gate)
        {
            if (found.Type == ServerType.Unknown) Pool.Clear(found.Error ?? new MongoClientException("The server's type is unknown."), pause: true);
            else Pool.Ready();
            Set(found);
        }
    }

    private async Task<ServerDescription> CheckAsync(CancellationToken cancellationToken)
    {
        var address = Description.Address;
        try
        {
            var started = Stopwatch.GetTimestamp();
            BsonDocument hello;
            if (_monitor is null)
            {
                _monitor = await Connection.OpenAsync(address, _settings, authenticate: false, cancellationToken).ConfigureAwait(false);
                hello = _monitor.Hello;
            }
            else
            {
                using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                var limit = _settings.HeartbeatTimeout > TimeSpan.Zero ? _settings.HeartbeatTimeout : _settings.ConnectTimeout;
                if (limit > TimeSpan.Zero) deadline.CancelAfter(limit);
                hello = await _monitor.CommandAsync("admin", new BsonDocument("hello", 1), deadline.Token).ConfigureAwait(false);
            }

            var roundTrip = Stopwatch.GetElapsedTime(started);
            // The average of the specification: a fifth of the new one.
            var average = Description.RoundTrip > TimeSpan.Zero ? Description.RoundTrip * 0.8 + roundTrip * 0.2 : roundTrip;
            return ServerDescription.From(address, hello, average);
        }
        catch (Exception e)
        {
            _monitor?.Dispose();
            _monitor = null;
            return new ServerDescription(address) { Error = e };
        }
    }
}
