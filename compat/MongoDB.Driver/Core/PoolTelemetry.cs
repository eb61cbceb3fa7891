using System.Diagnostics;
using System.Diagnostics.Metrics;
using MongoDB.Driver.Core.Configuration;
using MongoDB.Driver.Core.Events;

namespace MongoDB.Driver;

/// <summary>The activity source and the meter, both called MongoDB.Driver; names of tags and instruments as OpenTelemetry's conventions for
/// databases.</summary>
internal static class Telemetry
{
    public const string Name = "MongoDB.Driver";
    public static readonly ActivitySource Activities = new(Name);
    private static readonly Meter Meter = new(Name);
    public static readonly UpDownCounter<int> Connections
        = Meter.CreateUpDownCounter<int>("db.client.connection.count", "{connection}", "Connections of the pool by state");
    public static readonly UpDownCounter<int> Pending
        = Meter.CreateUpDownCounter<int>("db.client.connection.pending_requests", "{request}", "Operations that wait for a connection");
    public static readonly Histogram<double> WaitTime
        = Meter.CreateHistogram<double>("db.client.connection.wait_time", "s", "Time to get a connection from the pool");
    public static readonly Counter<int> Timeouts
        = Meter.CreateCounter<int>("db.client.connection.timeouts", "{timeout}", "Operations that got no connection in time");
}

/// <summary>What one pool tells the meter and the subscribers of events.</summary>
internal sealed class PoolTelemetry(string poolName, ClusterBuilder events)
{
    private readonly KeyValuePair<string, object?> _pool = new("db.client.connection.pool.name", poolName);
    private readonly KeyValuePair<string, object?> _idle = new("db.client.connection.state", "idle");
    private readonly KeyValuePair<string, object?> _used = new("db.client.connection.state", "used");
    private readonly Action<ConnectionPoolAddedConnectionEvent>? _added = events.Handler<ConnectionPoolAddedConnectionEvent>();
    private readonly Action<ConnectionPoolRemovedConnectionEvent>? _removed = events.Handler<ConnectionPoolRemovedConnectionEvent>();
    private readonly Action<ConnectionPoolCheckingOutConnectionEvent>? _checkingOut = events.Handler<ConnectionPoolCheckingOutConnectionEvent>();
    private readonly Action<ConnectionPoolCheckedOutConnectionEvent>? _checkedOut = events.Handler<ConnectionPoolCheckedOutConnectionEvent>();
    private readonly Action<ConnectionPoolCheckingOutConnectionFailedEvent>? _failed = events.Handler<ConnectionPoolCheckingOutConnectionFailedEvent>();
    private readonly Action<ConnectionPoolCheckedInConnectionEvent>? _checkedIn = events.Handler<ConnectionPoolCheckedInConnectionEvent>();
    private readonly Action<ConnectionPoolClearedEvent>? _cleared = events.Handler<ConnectionPoolClearedEvent>();

    public void Idle(int change) => Telemetry.Connections.Add(change, _pool, _idle);

    public void Used(int change) => Telemetry.Connections.Add(change, _pool, _used);

    public void Pending(int change) => Telemetry.Pending.Add(change, _pool);

    public void Added() => _added?.Invoke(default);

    public void Removed() => _removed?.Invoke(default);

    public void CheckingOut() => _checkingOut?.Invoke(default);

    public void CheckedIn() => _checkedIn?.Invoke(default);

    public void Cleared() => _cleared?.Invoke(default);

    public void CheckedOut(long started)
    {
        var duration = Stopwatch.GetElapsedTime(started);
        Telemetry.WaitTime.Record(duration.TotalSeconds, _pool);
        _checkedOut?.Invoke(new(duration));
    }

    public void Failed(Exception exception)
    {
        if (exception is TimeoutException) Telemetry.Timeouts.Add(1, _pool);
        _failed?.Invoke(new(exception));
    }
}
