using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using ServiceDefaults;
using StackExchange.Redis;

namespace Stock.Api.Scripting;

/// <summary>
/// Runs scripts and returns their replies only after replicas have all that the scripts have read and written, so that a failover does not revoke a reply. WAIT
/// blocks its connection meanwhile. Therefore, each script has a connection of its own, to the master only, taken from a bounded pool.
/// </summary>
internal sealed class ConfirmedScripts : IAsyncDisposable
{
    /// <summary>The setting with the number of replicas that must confirm. 0, the default, is for a Redis without replicas.</summary>
    public const string Setting = "Stock:ReplicasToConfirm";

    private const int ReplicasMax = 5;

    // The lanes of all Order.Api replicas, and some more for operators and batches.
    private const int LanesMax = 8;

    /// <summary>How long replicas may take, and how long a script may wait for a connection: in total less than callers wait for a response.</summary>
    private static readonly TimeSpan ConfirmTimeMax = TimeSpan.FromSeconds(1), LaneTimeMax = TimeSpan.FromMilliseconds(500);

    private readonly IConnectionMultiplexer _redis;
    private readonly IConfiguration _configuration;
    private readonly Channel<Lane> _free = Channel.CreateBounded<Lane>(LanesMax);
    private readonly SemaphoreSlim _connecting = new(1);
    private readonly ConcurrentDictionary<string, byte[]> _hashes = [];

    public ConfirmedScripts(IConnectionMultiplexer redis, IConfiguration configuration)
    {
        (_redis, _configuration, Replicas) = (redis, configuration, configuration.GetValue(Setting, 0));
        if (Replicas is < 0 or > ReplicasMax) throw new InvalidOperationException($"{Setting} is {Replicas}; it must be 0 to {ReplicasMax}.");
        for (var lane = 0; lane < LanesMax; lane++) _free.Writer.TryWrite(new());
    }

    /// <summary>Number of replicas that must confirm; 0 if none, and then no script may be run here.</summary>
    public int Replicas { get; }

    /// <exception cref="UnconfirmedException">Too few replicas have confirmed. Whether the script's changes last is unknown.</exception>
    /// <exception cref="OverloadException">All connections are in use. The script was not sent.</exception>
    /// <inheritdoc cref="RedisScripts.WriteAsync"/>
    public async Task<RedisResult> RunAsync(string script, RedisValue[] arguments)
    {
        var lane = await TakeAsync();
        try
        {
            var redis = await ConnectAsync(lane);
            var hash = await LoadAsync(redis, lane.Master!, script);
            // A batch uses a single connection. WAIT on another one, for example after a failover, would confirm something else.
            var batch = redis.GetDatabase().CreateBatch();
            // By hash: with the text, the driver would repeat a script that the server does not know, in a batch that is never sent.
            var reply = batch.ScriptEvaluateAsync(hash, null, arguments, CommandFlags.DemandMaster);
            // WAIT covers what its own connection has written, which is nothing if the script only found what an earlier attempt has written. A published
            // message is replicated in order with all writes and costs no disk.
            var marked = batch.ExecuteAsync("PUBLISH", ["stock:confirm", ""], CommandFlags.DemandMaster);
            var confirmed = batch.ExecuteAsync("WAIT", [Replicas, (long)ConfirmTimeMax.TotalMilliseconds], CommandFlags.DemandMaster);
            batch.Execute();
            await Task.WhenAll(reply, marked, confirmed);
            var count = (long)await confirmed;
            return count >= Replicas ? await reply : throw new UnconfirmedException(count, Replicas);
        }
        catch (RedisServerException e) when (RedisScripts.IsUnknownScript(e))
        {
            _hashes.TryRemove(script, out _); // the next attempt loads it
            throw;
        }
        finally
        {
            _free.Writer.TryWrite(lane);
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_free.Reader.TryRead(out var lane))
            if (lane.Redis is { } redis) await CloseAsync(redis);
        _connecting.Dispose();
    }

    // Nobody waits for a response on it.
    private static async Task CloseAsync(IConnectionMultiplexer redis)
    {
        await redis.CloseAsync(allowCommandsToComplete: false);
        await redis.DisposeAsync();
    }

    private async ValueTask<byte[]> LoadAsync(IConnectionMultiplexer redis, EndPoint master, string script) =>
        _hashes.TryGetValue(script, out var hash) ? hash : _hashes[script] = await redis.GetServer(master).ScriptLoadAsync(script);

    private async ValueTask<Lane> TakeAsync()
    {
        if (_free.Reader.TryRead(out var free)) return free;
        using var limit = new CancellationTokenSource(LaneTimeMax);
        try
        {
            return await _free.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new OverloadException();
        }
    }

    // The shared multiplexer follows failovers. A lane knows one server only, so all commands of a batch go there.
    private async ValueTask<IConnectionMultiplexer> ConnectAsync(Lane lane)
    {
        var master = Array.Find(_redis.GetServers(), static server => server is { IsConnected: true, IsReplica: false })?.EndPoint
            ?? throw new RedisConnectionException(ConnectionFailureType.UnableToConnect, CommandFlags.DemandMaster, "There is no connection to a master.");
        if (lane.Redis is not null && master.Equals(lane.Master)) return lane.Redis;
        if (!await _connecting.WaitAsync(LaneTimeMax)) throw new OverloadException();
        try
        {
            if (lane.Redis is { } old) await CloseAsync(old);
            lane.Redis = null;
            var options = ConfigurationOptions.Parse(_configuration.GetConnectionString("redis")!);
            RedisLimits.Set(options);
            options.ServiceName = null;
            options.EndPoints.Clear();
            options.EndPoints.Add(master);
            (lane.Redis, lane.Master) = (await ConnectionMultiplexer.ConnectAsync(options), master);
            return lane.Redis;
        }
        finally
        {
            _connecting.Release();
        }
    }

    private sealed class Lane
    {
        public EndPoint? Master { get; set; }

        public IConnectionMultiplexer? Redis { get; set; }
    }
}
