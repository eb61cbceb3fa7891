using StackExchange.Redis;

namespace Stock.Api.Scripting;

/// <summary>How the service uses its Redis.</summary>
internal static class RedisLimits
{
    /// <summary>
    /// A command without an answer for this long, and up to <see cref="Heartbeat"/> longer, ends with a <see cref="RedisTimeoutException"/>: its outcome is
    /// unknown, and the server may still run it. The driver replaces a connection that brings nothing for four times as long.
    /// </summary>
    public static readonly TimeSpan CommandTimeMax = TimeSpan.FromSeconds(2);

    /// <summary>How often the driver looks for commands out of time, silent connections and lost ones.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(500);

    /// <summary>Sets time limits and reconnection, over what the connection string says.</summary>
    public static void Set(ConfigurationOptions options)
    {
        var commandMsMax = (int)CommandTimeMax.TotalMilliseconds;
        options.AbortOnConnectFail = false;
        options.AsyncTimeout = commandMsMax;
        options.SyncTimeout = commandMsMax;
        options.ConnectTimeout = commandMsMax;
        options.HeartbeatInterval = Heartbeat;
        options.HeartbeatConsistencyChecks = true; // a ping each time: an idle connection that has died is noticed too
        options.ReconnectRetryPolicy = new LinearRetry((int)Heartbeat.TotalMilliseconds);
        options.BacklogPolicy = BacklogPolicy.FailFast; // without a connection a command fails at once, and is not sent later
    }
}
