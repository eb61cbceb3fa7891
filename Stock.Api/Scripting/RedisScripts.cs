using StackExchange.Redis;

namespace Stock.Api.Scripting;

/// <summary>
/// Runs the Lua scripts in the stores' folders. Each script is atomic. The driver sends its hash and loads its text if the server does not have it.
/// The scripts construct their keys themselves, so they require a single master, not a cluster.
/// </summary>
internal sealed class RedisScripts(IConnectionMultiplexer redis, ConfirmedScripts confirmed)
{
    public IDatabase Database => redis.GetDatabase();

    /// <summary>Runs a script that only reads. What it returns may not have been replicated yet, so nothing may be promised because of it.</summary>
    /// <inheritdoc cref="WriteAsync"/>
    public Task<RedisResult> ReadAsync(string script, RedisValue[] arguments) => RepeatAsync(EvaluateAsync, script, arguments);

    /// <summary>Runs a script that writes, or whose reply is a promise. Returns when as many replicas as configured have what it read and wrote.</summary>
    /// <param name="script">The script's text.</param>
    /// <param name="arguments">The script's ARGV.</param>
    /// <exception cref="RedisTimeoutException">No response in time. Whether the script ran is unknown.</exception>
    /// <exception cref="RedisConnectionException">There is no connection, or it was lost. Whether a script that was sent ran is unknown.</exception>
    /// <exception cref="RedisServerException">The server rejected the script.</exception>
    /// <exception cref="UnconfirmedException">Too few replicas have confirmed. Whether the script's changes last is unknown.</exception>
    public Task<RedisResult> WriteAsync(string script, RedisValue[] arguments) =>
        RepeatAsync(confirmed.Replicas == 0 ? EvaluateAsync : confirmed.RunAsync, script, arguments);

    // Only the master: a replica may be late, and rejects writes.
    private Task<RedisResult> EvaluateAsync(string script, RedisValue[] arguments) =>
        Database.ScriptEvaluateAsync(script, null, arguments, CommandFlags.DemandMaster);

    private static async Task<RedisResult> RepeatAsync(Func<string, RedisValue[], Task<RedisResult>> runAsync, string script, RedisValue[] arguments)
    {
        try
        {
            return await runAsync(script, arguments);
        }
        catch (RedisServerException e) when (IsUnknownScript(e))
        {
            // The server was restarted. Nothing ran, and the hash was dropped, so this attempt sends the text.
            return await runAsync(script, arguments);
        }
    }

    public static string Load(string name)
    {
        using var stream = typeof(RedisScripts).Assembly.GetManifestResourceStream(name + ".lua")
            ?? throw new InvalidOperationException($"The script {name}.lua is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Whether the server does not know a script's hash.</summary>
    public static bool IsUnknownScript(RedisServerException exception) => exception.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal);

    /// <summary>Whether the error is an outage of Redis rather than an error in one of our scripts.</summary>
    public static bool IsOutage(RedisException exception) => exception is not RedisServerException
        || Outages.Any(prefix => exception.Message.StartsWith(prefix, StringComparison.Ordinal));

    private static readonly string[] Outages =
    [
        "LOADING", "OOM", "MISCONF", "READONLY", "BUSY", "NOAUTH", "WRONGPASS", "MASTERDOWN", "NOSCRIPT", "LOST", "ERR max number of clients",
        // A master without replicas, and one that has become a replica.
        "NOREPLICAS", "UNBLOCKED", "ERR WAIT cannot be used with replica",
    ];
}
