using StackExchange.Redis;

namespace Stock.Api.Scripting;

/// <summary>
/// Runs the Lua scripts that lie beside the stores. Each is one atomic unit; the driver sends its hash and loads its text where the server lacks it.
/// Keys are made inside the scripts, so they need a single Redis, not a cluster.
/// </summary>
internal sealed class RedisScripts(IConnectionMultiplexer redis)
{
    /// <summary>The database itself, for plain commands.</summary>
    public IDatabase Database => redis.GetDatabase();

    /// <summary>Runs a script.</summary>
    /// <param name="script">Its text.</param>
    /// <param name="arguments">Its ARGV.</param>
    /// <exception cref="RedisTimeoutException">No answer in time; whether the script runs is not known.</exception>
    /// <exception cref="RedisConnectionException">No connection, or it was lost: whether a script that was sent has run is not known.</exception>
    /// <exception cref="RedisServerException">The server refused it.</exception>
    public async Task<RedisResult> RunAsync(string script, RedisValue[] arguments)
    {
        try
        {
            return await Database.ScriptEvaluateAsync(script, null, arguments);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // The server was restarted: nothing ran, and the driver has forgotten the hash, so this time it sends the text.
            return await Database.ScriptEvaluateAsync(script, null, arguments);
        }
    }

    /// <summary>The text of an embedded script.</summary>
    public static string Load(string name)
    {
        using var stream = typeof(RedisScripts).Assembly.GetManifestResourceStream(name + ".lua")
            ?? throw new InvalidOperationException($"The script {name}.lua is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Is it Redis that is in trouble, rather than a script of ours?</summary>
    public static bool IsOutage(RedisException exception) => exception is not RedisServerException
        || Outages.Any(prefix => exception.Message.StartsWith(prefix, StringComparison.Ordinal));

    private static readonly string[] Outages =
        ["LOADING", "OOM", "MISCONF", "READONLY", "BUSY", "NOAUTH", "WRONGPASS", "MASTERDOWN", "NOSCRIPT", "LOST", "ERR max number of clients"];
}
