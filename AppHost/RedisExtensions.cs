namespace AppHost;

internal static class RedisExtensions
{
    private const string Settings = "--appendonly yes --appendfsync always --auto-aof-rewrite-min-size 512mb --save '' --maxmemory-policy noeviction";

    /// <summary>
    /// Acknowledges a write only after it is on disk, because sold stock must not come back after a power cut. Snapshots would lose the last minute and are
    /// disabled. The log is rewritten when it has doubled, from half a gigabyte on.
    /// </summary>
    public static IResourceBuilder<RedisResource> WithAppendOnlyFile(this IResourceBuilder<RedisResource> redis) => redis
        // The model uses no TLS for Redis: services, their health checks and the load tools use the plain port.
        .WithoutHttpsCertificate()
        .WithArgs(context =>
        {
            // In a run the resource's arguments are words that are joined for the shell; when publishing they are already the shell's single command.
            // Without exec the shell stays process 1 and does not forward SIGTERM, so that each stop takes 10 s and kills Redis.
            if (context.ExecutionContext.IsRunMode)
            {
                context.Args.Insert(0, "exec");
                foreach (var word in Settings.Split(' ')) context.Args.Add(word);
            }
            else
                context.Args[^1] = $"exec {context.Args[^1]} {Settings}";
        });
}
