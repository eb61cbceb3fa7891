using StackExchange.Redis;

namespace Stock.Api.Scripting;

/// <summary>Time limits of the Redis client.</summary>
internal static class RedisLimits
{
    /// <summary>
    /// A command without a response for this long, plus up to <see cref="Heartbeat"/>, fails with a <see cref="RedisTimeoutException"/>. Its outcome is
    /// unknown, and the server may still run it. The driver replaces a connection that receives nothing for four times as long.
    /// </summary>
    public static readonly TimeSpan CommandTimeMax = TimeSpan.FromSeconds(2);

    /// <summary>How often the driver checks for timed-out commands and for silent or lost connections.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(500);

    /// <summary>Sets timeouts and reconnection, overriding the connection string.</summary>
    public static void Set(ConfigurationOptions options)
    {
        var commandMsMax = (int)CommandTimeMax.TotalMilliseconds;
        options.AbortOnConnectFail = false;
        options.AsyncTimeout = commandMsMax;
        options.SyncTimeout = commandMsMax;
        options.ConnectTimeout = commandMsMax;
        options.HeartbeatInterval = Heartbeat;
        options.HeartbeatConsistencyChecks = true; // pings at each heartbeat, so that a dead idle connection is detected too
        options.ReconnectRetryPolicy = new LinearRetry((int)Heartbeat.TotalMilliseconds);
        options.BacklogPolicy = BacklogPolicy.FailFast; // without a connection, a command fails at once and is not sent later
    }
}
