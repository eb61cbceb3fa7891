using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MongoDB.Driver.Core.Configuration;
using MongoDB.Driver.Core.Events;

namespace MongoDb.Client;

/// <summary>Metrics of one client's connection pools, named by OpenTelemetry's conventions for database clients. The driver has no metrics.</summary>
internal sealed class ConnectionPoolMetrics
{
    public const string MeterName = "MongoDb.Client";

    private readonly UpDownCounter<int> _connections, _pending;
    private readonly Histogram<double> _waitTime;
    private readonly Counter<int> _timeouts;
    private readonly KeyValuePair<string, object?> _pool;
    private readonly KeyValuePair<string, object?> _idle = new("db.client.connection.state", "idle");
    private readonly KeyValuePair<string, object?> _used = new("db.client.connection.state", "used");

    // The driver reports a connection as removed twice if its pool is cleared while the connection is in use.
    private readonly ConcurrentDictionary<long, bool> _open = new();

    public ConnectionPoolMetrics(IMeterFactory meters, string poolName)
    {
        _pool = new("db.client.connection.pool.name", poolName);
        var meter = meters.Create(MeterName);
        _connections = meter.CreateUpDownCounter<int>("db.client.connection.count", "{connection}", "Connections by state.");
        _pending = meter.CreateUpDownCounter<int>("db.client.connection.pending_requests", "{request}", "Operations that wait for a connection.");
        _waitTime = meter.CreateHistogram<double>("db.client.connection.wait_time", "s", "Time it took to get a connection from the pool.");
        _timeouts = meter.CreateCounter<int>("db.client.connection.timeouts", "{timeout}", "Operations that timed out waiting for a connection.");
    }

    /// <summary>Subscribes to the client's events.</summary>
    public void Subscribe(ClusterBuilder cluster) => cluster
        .Subscribe<ConnectionPoolAddedConnectionEvent>(added =>
        {
            if (_open.TryAdd(added.ConnectionId.LongLocalValue, true)) _connections.Add(1, _pool, _idle);
        })
        .Subscribe<ConnectionPoolRemovedConnectionEvent>(removed =>
        {
            if (_open.TryRemove(removed.ConnectionId.LongLocalValue, out _)) _connections.Add(-1, _pool, _idle);
        })
        .Subscribe<ConnectionPoolCheckingOutConnectionEvent>(_ => _pending.Add(1, _pool))
        .Subscribe<ConnectionPoolCheckedOutConnectionEvent>(checkedOut =>
        {
            _pending.Add(-1, _pool);
            _waitTime.Record(checkedOut.Duration.TotalSeconds, _pool);
            Move(from: _idle, to: _used);
        })
        .Subscribe<ConnectionPoolCheckingOutConnectionFailedEvent>(failed =>
        {
            _pending.Add(-1, _pool);
            if (failed.Reason == ConnectionCheckOutFailedReason.Timeout) _timeouts.Add(1, _pool);
        })
        .Subscribe<ConnectionPoolCheckedInConnectionEvent>(_ => Move(from: _used, to: _idle));

    private void Move(KeyValuePair<string, object?> from, KeyValuePair<string, object?> to)
    {
        _connections.Add(-1, _pool, from);
        _connections.Add(1, _pool, to);
    }
}
