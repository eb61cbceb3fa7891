using StackExchange.Redis;

namespace LoadTest.Stores;

/// <summary>Asks Redis.</summary>
internal static class RedisFacts
{
    private const int TimeoutMs = 5_000;

    private static readonly string[] Settings = ["appendonly", "appendfsync", "maxmemory-policy"];

    /// <param name="address"><c>HOST:PORT</c>, and after a comma options of StackExchange.Redis, like <c>password</c>.</param>
    /// <exception cref="LoadTestException">It cannot be asked.</exception>
    public static StoreFacts Read(string address)
    {
        try
        {
            var options = ConfigurationOptions.Parse(address);
            (options.AllowAdmin, options.ConnectTimeout, options.SyncTimeout) = (true, TimeoutMs, TimeoutMs); // CONFIG is an administrator's
            using var redis = ConnectionMultiplexer.Connect(options);
            var server = redis.GetServers()[0];
            var info = server.Info().SelectMany(static section => section).DistinctBy(static line => line.Key).ToDictionary();
            var settings = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["redis_version"] = info["redis_version"] };
            foreach (var name in Settings) settings[name] = server.ConfigGet(name)[0].Value;
            return new StoreFacts(settings,
                info.TryGetValue("aof_current_size", out var size) ? new Dictionary<string, long> { ["append-only file"] = (long)(RedisValue)size } : []);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ArgumentException or InvalidOperationException)
        {
            throw new LoadTestException($"--redis: {e.Message}");
        }
    }
}
