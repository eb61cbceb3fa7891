using StackExchange.Redis;

namespace LoadTest.Stores;

internal static class RedisFacts
{
    private const int TimeoutMs = 5_000;

    private static readonly string[] Settings = ["appendonly", "appendfsync", "maxmemory-policy"];

    /// <param name="address"><c>HOST:PORT</c>, optionally followed by a comma and options of StackExchange.Redis, such as <c>password</c>.</param>
    /// <exception cref="LoadTestException">Redis cannot be queried.</exception>
    public static StoreFacts Read(string address)
    {
        try
        {
            var options = ConfigurationOptions.Parse(address);
            (options.AllowAdmin, options.ConnectTimeout, options.SyncTimeout) = (true, TimeoutMs, TimeoutMs); // CONFIG requires administrator rights
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
