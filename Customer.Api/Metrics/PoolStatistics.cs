using System.Collections.Concurrent;
using MongoDB.Driver.Core.Configuration;
using MongoDB.Driver.Core.Events;

namespace Customer.Api.Metrics;

/// <summary>Counts what happens in the driver's connection pool, from its events.</summary>
internal sealed class PoolStatistics
{
    // The driver reports a connection as removed twice if its pool is cleared while it is in use.
    private readonly ConcurrentDictionary<long, bool> _connections = new();

    private long _opened, _closed, _checkedOut, _checkedIn, _checkOutFailures, _waitMicroseconds;

    /// <summary>Limits, for the answer.</summary>
    public int MaxSize { get; private set; }

    public int MinSize { get; private set; }

    public long Opened => Volatile.Read(ref _opened);

    public long Closed => Volatile.Read(ref _closed);

    public long CheckedOut => Volatile.Read(ref _checkedOut);

    /// <summary>Requests that got no connection in time.</summary>
    public long CheckOutFailures => Volatile.Read(ref _checkOutFailures);

    /// <summary>How long requests waited for a connection, all together.</summary>
    public double WaitSeconds => Volatile.Read(ref _waitMicroseconds) / 1e6;

    public long Open => Math.Max(Opened - Closed, 0);

    public long InUse => Math.Max(CheckedOut - Volatile.Read(ref _checkedIn), 0);

    /// <summary>Listens to a client that is about to be made.</summary>
    public void Listen(MongoDB.Driver.MongoClientSettings settings)
    {
        (MaxSize, MinSize) = (settings.MaxConnectionPoolSize, settings.MinConnectionPoolSize);
        settings.ClusterConfigurator += Listen;
    }

    private void Listen(ClusterBuilder cluster) => cluster
        .Subscribe<ConnectionPoolAddedConnectionEvent>(e =>
        {
            if (_connections.TryAdd(e.ConnectionId.LongLocalValue, true)) Interlocked.Increment(ref _opened);
        })
        .Subscribe<ConnectionPoolRemovedConnectionEvent>(e =>
        {
            if (_connections.TryRemove(e.ConnectionId.LongLocalValue, out _)) Interlocked.Increment(ref _closed);
        })
        .Subscribe<ConnectionPoolCheckedOutConnectionEvent>(e =>
        {
            Interlocked.Increment(ref _checkedOut);
            Interlocked.Add(ref _waitMicroseconds, (long)e.Duration.TotalMicroseconds);
        })
        .Subscribe<ConnectionPoolCheckedInConnectionEvent>(_ => Interlocked.Increment(ref _checkedIn))
        .Subscribe<ConnectionPoolCheckingOutConnectionFailedEvent>(_ => Interlocked.Increment(ref _checkOutFailures));
}
