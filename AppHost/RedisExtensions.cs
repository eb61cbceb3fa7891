namespace AppHost;

internal static class RedisExtensions
{
    /// <summary>
    /// Acknowledges a write only once it is on disk. Stock that was sold must not come back after a power cut: snapshots would lose the last minute, and are
    /// switched off. The log is rewritten when it has doubled, from half a gigabyte on.
    /// </summary>
    public static IResourceBuilder<RedisResource> WithAppendOnlyFile(this IResourceBuilder<RedisResource> redis)
        => redis.WithArgs(context => context.Args[^1] = $"{context.Args[^1]} --appendonly yes --appendfsync always --auto-aof-rewrite-min-size 512mb " +
            "--save '' --maxmemory-policy noeviction");
}
