using System.Collections.Concurrent;
using MongoDB.Driver.Core.Configuration;
using MongoDB.Driver.Core.Events;

namespace Customer.Api.Metrics;

/// <summary>Counts the events of the driver's connection pool.</summary>
internal sealed class PoolStatistics
{
    // The driver reports a connection as removed twice if its pool is cleared while the connection is in use.
    private readonly ConcurrentDictionary<long, bool> _connections = new();

    private long _opened, _closed, _checkedOut, _checkedIn, _checkOutFailures, _waitMicroseconds;

    private int _maxSize, _minSize;

    public PoolFigures Now()
    {
        var (closed, checkedIn) = (Volatile.Read(ref _closed), Volatile.Read(ref _checkedIn)); // before the counters they are subtracted from
        return new(_maxSize, _minSize, Volatile.Read(ref _opened), closed, Volatile.Read(ref _checkedOut), checkedIn,
            Volatile.Read(ref _checkOutFailures), Volatile.Read(ref _waitMicroseconds) / 1e6);
    }

    /// <summary>Subscribes to the events of a client that is about to be created.</summary>
    public void Listen(MongoDB.Driver.MongoClientSettings settings)
    {
        (_maxSize, _minSize) = (settings.MaxConnectionPoolSize, settings.MinConnectionPoolSize);
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
