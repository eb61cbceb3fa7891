using System.Diagnostics;
using MongoDB.Driver.Core.Configuration;

namespace MongoDB.Driver;

/// <summary>
/// Connections to one server (mongodb/specifications, connection monitoring and pooling): first come, first served; at most so many are opened at a time; all
/// of
/// an older generation are closed when they come back. Paused while the server is not known to be there.
/// </summary>
internal sealed class ConnectionPool : IDisposable
{
    // Beyond this the process is not slow but lost: each waiter holds a request.
    internal const int WaitQueueLengthMax = 20_000;
    private static readonly TimeSpan IdleUnchecked = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Stack<Connection> _idle = new();
    private readonly LinkedList<Waiter> _waiters = [];
    private readonly MongoServerAddress _address;
    private readonly MongoClientSettings _settings;
    private readonly PoolTelemetry _telemetry;
    private readonly CancellationTokenSource _closed = new();
    private readonly Timer _maintenance;
    private int _total;
    private int _opening;
    private bool _ready;
    private Exception? _pauseCause;

    public ConnectionPool(MongoServerAddress address, MongoClientSettings settings, ClusterBuilder events)
    {
        (_address, _settings, _telemetry) = (address, settings, new PoolTelemetry(address.ToString(), events));
        var idle = settings.MaxConnectionIdleTime > TimeSpan.Zero ? settings.MaxConnectionIdleTime : TimeSpan.FromMinutes(1);
        var interval = TimeSpan.FromMilliseconds(Math.Clamp(idle.TotalMilliseconds / 2, 50, 10_000));
        _maintenance = new Timer(static pool => ((ConnectionPool)pool!).Maintain(), this, interval, interval);
    }

    public int Generation { get; private set; }

    /// <summary>Called with what made a connection fail while it was opened.</summary>
    public Action<Exception, int>? OpeningFailed { get; set; }

    private sealed class Waiter : TaskCompletionSource<Connection>
    {
        public Waiter() : base(TaskCreationOptions.RunContinuationsAsynchronously) { }
    }

    /// <summary>A connection for one command.</summary>
    /// <exception cref="TimeoutException">None within <see cref="MongoClientSettings.WaitQueueTimeout"/>.</exception>
    /// <exception cref="MongoWaitQueueFullException">Too many wait.</exception>
    /// <exception cref="MongoConnectionPoolPausedException">The server is not known to be there.</exception>
    /// <exception cref="MongoConnectionException">One was to be opened, and could not be.</exception>
    public async ValueTask<Connection> AcquireAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        _telemetry.CheckingOut();
        Waiter waiter;
        List<Connection>? expired = null;
        lock (_gate)
        {
            Check();
            while (_waiters.Count == 0 && _idle.TryPop(out var connection))
            {
                _telemetry.Idle(-1);
                if (IsUsable(connection))
                {
                    _telemetry.Used(1);
                    _telemetry.CheckedOut(started);
                    return connection;
                }

                _total--;
                (expired ??= []).Add(connection);
            }

            if (_waiters.Count >= WaitQueueLengthMax)
            {
                throw Failure(new MongoWaitQueueFullException($"The wait queue for acquiring a connection to server {_address} is full."));
            }

            waiter = new Waiter();
            _waiters.AddLast(waiter);
            _telemetry.Pending(1);
            Open();
        }

        if (expired is not null) Discard(expired);
        return await WaitAsync(waiter, started, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gives a connection back.</summary>
    public void Release(Connection connection)
    {
        connection.LastUsedMs = Environment.TickCount64;
        _telemetry.Used(-1);
        _telemetry.CheckedIn();
        var keep = !connection.IsBroken && !IsExpired(connection, Environment.TickCount64) && Offer(connection);
        if (keep) return;
        lock (_gate)
        {
            _total--;
            Open();
        }

        Discard([connection]);
    }

    /// <summary>The server is there: waiting and new operations go on.</summary>
    public void Ready()
    {
        lock (_gate)
        {
            if (_ready) return;
            (_ready, _pauseCause) = (true, null);
            Open();
        }
    }

    /// <summary>The server failed: connections of today are closed as they come back, and who waits fails now.</summary>
    public void Clear(Exception cause, bool pause)
    {
        List<Waiter> waiters = [];
        List<Connection> idle = [];
        lock (_gate)
        {
            Generation++;
            if (pause)
            {
                (_ready, _pauseCause) = (false, cause);
                waiters.AddRange(_waiters);
                _waiters.Clear();
            }

            idle.AddRange(_idle);
            _total -= _idle.Count;
            _idle.Clear();
        }

        _telemetry.Idle(-idle.Count);
        _telemetry.Cleared();
        Discard(idle);
        foreach (var waiter in waiters) waiter.TrySetException(Paused());
    }

    public void Dispose()
    {
        if (_closed.IsCancellationRequested) return;
        _closed.Cancel();
        _maintenance.Dispose();
        Clear(new ObjectDisposedException(nameof(MongoClient)), pause: true);
    }

    private MongoConnectionPoolPausedException Paused()
        => new($"The connection pool is in paused state for server {_address}." + (_pauseCause is { } cause ? $" {cause.Message}" : ""));

    private Exception Failure(Exception exception)
    {
        _telemetry.Failed(exception);
        return exception;
    }

    private void Check()
    {
        ObjectDisposedException.ThrowIf(_closed.IsCancellationRequested, typeof(MongoClient));
        if (!_ready) throw Failure(Paused());
    }

    private async ValueTask<Connection> WaitAsync(Waiter waiter, long started, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await waiter.Task.WaitAsync(_settings.WaitQueueTimeout, cancellationToken).ConfigureAwait(false);
            _telemetry.CheckedOut(started);
            return connection;
        }
        catch (Exception e)
        {
            lock (_gate) _waiters.Remove(waiter);
            // It may have been served in the meantime: what it got goes to the next.
            if (!waiter.TrySetCanceled(CancellationToken.None) && waiter.Task.IsCompletedSuccessfully) Release(await waiter.Task.ConfigureAwait(false));
            if (e is not TimeoutException) throw Failure(e);
            throw Failure(new TimeoutException(
                $"Timed out waiting for a connection after {(long)Stopwatch.GetElapsedTime(started).TotalMilliseconds}ms:"
                + $" all {_settings.MaxConnectionPoolSize} are in use or being opened."));
        }
        finally
        {
            _telemetry.Pending(-1);
        }
    }

    private bool IsExpired(Connection connection, long nowMs)
        => connection.Generation != Generation
        || (_settings.MaxConnectionIdleTime > TimeSpan.Zero && nowMs - connection.LastUsedMs > _settings.MaxConnectionIdleTime.TotalMilliseconds)
        || (_settings.MaxConnectionLifeTime > TimeSpan.Zero && nowMs - connection.OpenedMs > _settings.MaxConnectionLifeTime.TotalMilliseconds);

    private bool IsUsable(Connection connection)
    {
        var nowMs = Environment.TickCount64;
        if (IsExpired(connection, nowMs)) return false;
        return nowMs - connection.LastUsedMs < IdleUnchecked.TotalMilliseconds || !connection.IsHungUp();
    }

    // To whoever waits longest, else to the idle ones.
    private bool Offer(Connection connection)
    {
        lock (_gate)
        {
            if (_closed.IsCancellationRequested || !_ready || connection.Generation != Generation) return false;
            while (_waiters.First is { } first)
            {
                _waiters.RemoveFirst();
                if (!first.Value.TrySetResult(connection)) continue;
                _telemetry.Used(1);
                return true;
            }

            _idle.Push(connection);
            _telemetry.Idle(1);
            return true;
        }
    }

    // Under the lock: opens what waiters and the minimum ask for, within the limits.
    private void Open()
    {
        while (_ready && !_closed.IsCancellationRequested && _opening < _settings.MaxConnecting && _total < _settings.MaxConnectionPoolSize
            && (_waiters.Count > _opening || _total < _settings.MinConnectionPoolSize))
        {
            _total++;
            _opening++;
            var generation = Generation;
            _ = Task.Run(() => OpenAsync(generation));
        }
    }

    private async Task OpenAsync(int generation)
    {
        Connection? connection = null;
        Exception? failure = null;
        try
        {
            connection = await Connection.OpenAsync(_address, _settings, authenticate: true, _closed.Token).ConfigureAwait(false);
            connection.Generation = generation;
            _telemetry.Added();
        }
        catch (Exception e)
        {
            failure = e;
        }

        if (failure is not null) FailFirst(failure, generation);
        var kept = connection is not null && Offer(connection);
        lock (_gate)
        {
            _opening--;
            if (!kept) _total--;
            Open();
        }

        if (!kept && connection is not null) Discard([connection]);
    }

    private void FailFirst(Exception failure, int generation)
    {
        Waiter? first = null;
        lock (_gate)
        {
            if (_waiters.First is { } node)
            {
                first = node.Value;
                _waiters.RemoveFirst();
            }
        }

        first?.TrySetException(failure);
        if (!_closed.IsCancellationRequested) OpeningFailed?.Invoke(failure, generation);
    }

    private void Maintain()
    {
        List<Connection> expired = [];
        lock (_gate)
        {
            var nowMs = Environment.TickCount64;
            var keep = new Stack<Connection>();
            while (_idle.TryPop(out var connection))
            {
                if (IsExpired(connection, nowMs)) expired.Add(connection);
                else keep.Push(connection);
            }

            foreach (var connection in keep) _idle.Push(connection);
            _total -= expired.Count;
            Open();
        }

        _telemetry.Idle(-expired.Count);
        Discard(expired);
    }

    private void Discard(List<Connection> connections)
    {
        foreach (var connection in connections)
        {
            connection.Dispose();
            _telemetry.Removed();
        }
    }
}
