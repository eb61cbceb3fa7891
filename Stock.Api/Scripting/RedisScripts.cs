using StackExchange.Redis;

namespace Stock.Api.Scripting;

/// <summary>
/// Runs the Lua scripts in the stores' folders. Each script is atomic. The driver sends its hash and loads its text if the server does not have it.
/// The scripts construct their keys themselves, so they require a single Redis, not a cluster.
/// </summary>
internal sealed class RedisScripts(IConnectionMultiplexer redis)
{
    public IDatabase Database => redis.GetDatabase();

    /// <param name="script">The script's text.</param>
    /// <param name="arguments">The script's ARGV.</param>
    /// <exception cref="RedisTimeoutException">No response in time. Whether the script ran is unknown.</exception>
    /// <exception cref="RedisConnectionException">There is no connection, or it was lost. Whether a script that was sent ran is unknown.</exception>
    /// <exception cref="RedisServerException">The server rejected the script.</exception>
    public async Task<RedisResult> RunAsync(string script, RedisValue[] arguments)
    {
        try
        {
            return await Database.ScriptEvaluateAsync(script, null, arguments);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // The server was restarted. Nothing ran, and the driver has dropped the hash, so this attempt sends the text.
            return await Database.ScriptEvaluateAsync(script, null, arguments);
        }
    }

    public static string Load(string name)
    {
        using var stream = typeof(RedisScripts).Assembly.GetManifestResourceStream(name + ".lua")
            ?? throw new InvalidOperationException($"The script {name}.lua is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>Whether the error is an outage of Redis rather than an error in one of our scripts.</summary>
    public static bool IsOutage(RedisException exception) => exception is not RedisServerException
        || Outages.Any(prefix => exception.Message.StartsWith(prefix, StringComparison.Ordinal));

    private static readonly string[] Outages =
        ["LOADING", "OOM", "MISCONF", "READONLY", "BUSY", "NOAUTH", "WRONGPASS", "MASTERDOWN", "NOSCRIPT", "LOST", "ERR max number of clients"];
}
