using Microsoft.Extensions.Options;

namespace DocumentDb.Gateway;

/// <summary>The counts for serverStatus and the metrics.</summary>
internal sealed class ServerState
{
    private int _connections, _running;
    private long _created;

    public ServerState(IOptions<GatewayOptions> options)
    {
        ConnectionsMax = options.Value.ConnectionsMax;
        Diagnostics.Meter.CreateObservableGauge("db.server.connections", () => Connections, "{connection}", "Client connections.");
        Diagnostics.Meter.CreateObservableGauge("db.server.running", () => Running, "{command}", "Commands that are running.");
    }

    public int ConnectionsMax { get; }

    public int Connections => Volatile.Read(ref _connections);

    public long ConnectionsCreated => Volatile.Read(ref _created);

    public int Running => Volatile.Read(ref _running);

    /// <summary>Whether the gateway is waiting for running commands to finish.</summary>
    public bool IsStopping { get; set; }

    /// <summary>Counts a new connection. Returns its number; null if the limit is reached.</summary>
    public long? Open()
    {
        if (Interlocked.Increment(ref _connections) <= ConnectionsMax) return Interlocked.Increment(ref _created);
        Interlocked.Decrement(ref _connections);
        return null;
    }

    public void Close() => Interlocked.Decrement(ref _connections);

    public void Begin() => Interlocked.Increment(ref _running);

    public void End() => Interlocked.Decrement(ref _running);
}
