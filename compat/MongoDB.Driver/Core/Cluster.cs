using System.Collections.Concurrent;
using System.Diagnostics;
using MongoDB.Driver.Core.Configuration;

namespace MongoDB.Driver;

/// <summary>The servers of a deployment as its monitors find them, and the choice among them.</summary>
internal sealed class Cluster : IDisposable
{
    private const int SessionsKeptMax = 10_000;

    private readonly Lock _gate = new();
    private readonly MongoClientSettings _settings;
    private readonly ClusterBuilder _events = new();
    private readonly ConcurrentDictionary<MongoServerAddress, Server> _servers = new();
    private readonly ConcurrentStack<ServerSession> _sessions = new();
    private volatile Topology _topology;
    private volatile TaskCompletionSource _changed = NewSignal();
    private volatile bool _disposed;

    public Cluster(MongoClientSettings settings)
    {
        _settings = settings;
        settings.ClusterConfigurator?.Invoke(_events);
        _topology = Topology.Start(settings);
        lock (_gate) Reconcile();
    }

    public Topology Topology => _topology;

    /// <summary>A server for writes, or for reads where the preference is given.</summary>
    /// <exception cref="TimeoutException">None fits within <see cref="MongoClientSettings.ServerSelectionTimeout"/>.</exception>
    public ValueTask<Server> SelectAsync(ReadPreference? preference, CancellationToken cancellationToken)
        => Choose(preference) is { } server ? ValueTask.FromResult(server) : new(WaitAsync(preference, cancellationToken));

    /// <summary>A session for one write. Null where the server has none.</summary>
    public ServerSession? RentSession(ServerDescription server)
    {
        if (!server.SupportsRetryableWrites) return null;
        var oldestMs = Environment.TickCount64 - (long)TimeSpan.FromMinutes(Math.Max(1, server.SessionTimeoutMinutes!.Value - 1)).TotalMilliseconds;
        var session = _sessions.TryPop(out var kept) && kept.LastUsedMs > oldestMs ? kept : new ServerSession();
        session.TransactionNumber++;
        return session;
    }

    /// <summary>Gives it back; one whose connection broke is left to the server's clock.</summary>
    public void ReturnSession(ServerSession session, bool isDirty)
    {
        session.LastUsedMs = Environment.TickCount64;
        if (!isDirty && _sessions.Count < SessionsKeptMax) _sessions.Push(session);
    }

    public void Dispose()
    {
        _disposed = true;
        foreach (var server in _servers.Values) server.Dispose();
        _changed.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<Server> WaitAsync(ReadPreference? preference, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(MongoClient));
            var changed = _changed.Task;
            if (Choose(preference) is { } server) return server;
            foreach (var one in _servers.Values) one.Look();
            var rest = _settings.ServerSelectionTimeout - Stopwatch.GetElapsedTime(started);
            try
            {
                await changed.WaitAsync(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                throw new TimeoutException(
                    $"A timeout occurred after {(long)_settings.ServerSelectionTimeout.TotalMilliseconds}ms selecting a server using "
                    + (preference is null ? "WritableServerSelector" : $"ReadPreferenceServerSelector{{ ReadPreference = {preference} }}")
                    + $". Client view of cluster state is {_topology}.");
            }
        }
    }

    private void Found(ServerDescription description)
    {
        TaskCompletionSource signal;
        lock (_gate)
        {
            _topology = _topology.With(description);
            Reconcile();
            (signal, _changed) = (_changed, NewSignal());
        }

        signal.TrySetResult();
    }

    // Under the lock: a monitor for each server of the topology, and none else.
    private void Reconcile()
    {
        if (_disposed) return;
        foreach (var address in _servers.Keys)
        {
            if (!_topology.Servers.ContainsKey(address) && _servers.TryRemove(address, out var gone)) gone.Dispose();
        }

        foreach (var address in _topology.Servers.Keys)
        {
            if (_servers.ContainsKey(address)) continue;
            var server = new Server(address, _settings, _events, Found);
            _servers[address] = server;
            server.Start();
        }
    }

    private Server? Choose(ReadPreference? preference)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(MongoClient));
        var topology = _topology;
        if (topology.Type is TopologyType.Single or TopologyType.Sharded || preference is null)
            return Nearest(topology, Kind.Usable, isWrite: preference is null);
        return preference.ReadPreferenceMode switch
        {
            ReadPreferenceMode.Primary => Nearest(topology, Kind.Primary),
            ReadPreferenceMode.PrimaryPreferred => Nearest(topology, Kind.Primary) ?? Nearest(topology, Kind.Secondary),
            ReadPreferenceMode.Secondary => Nearest(topology, Kind.Secondary),
            ReadPreferenceMode.SecondaryPreferred => Nearest(topology, Kind.Secondary) ?? Nearest(topology, Kind.Primary),
            _ => Nearest(topology, Kind.Any),
        };
    }

    private enum Kind
    {
        Usable,
        Primary,
        Secondary,
        Any,
    }

    private static bool Fits(Topology topology, ServerDescription server, Kind kind, bool isWrite) => kind switch
    {
        Kind.Primary => server.Type == ServerType.ReplicaSetPrimary,
        Kind.Secondary => server.Type == ServerType.ReplicaSetSecondary,
        Kind.Any => server.Type is ServerType.ReplicaSetPrimary or ServerType.ReplicaSetSecondary,
        // A direct connection is used whatever the server is; it says itself what it refuses.
        _ => server.Type != ServerType.Unknown && (topology.Type == TopologyType.Single || !isWrite || server.IsWritable),
    };

    // Of those within the threshold of the nearest, the one with the least to do.
    private Server? Nearest(Topology topology, Kind kind, bool isWrite = false)
    {
        var nearest = TimeSpan.MaxValue;
        foreach (var (_, server) in topology.Servers)
        {
            if (Fits(topology, server, kind, isWrite) && server.RoundTrip < nearest) nearest = server.RoundTrip;
        }

        if (nearest == TimeSpan.MaxValue) return null;
        Server? best = null;
        foreach (var (address, server) in topology.Servers)
        {
            if (!Fits(topology, server, kind, isWrite) || server.RoundTrip > nearest + _settings.LocalThreshold || !_servers.TryGetValue(address, out var one))
                continue;
            if (best is null || one.InUse < best.InUse) best = one;
        }

        return best;
    }
}
