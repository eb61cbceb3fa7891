namespace AppHost;

internal static class RedisExtensions
{
    private const string Settings = "--appendonly yes --appendfsync always --auto-aof-rewrite-min-size 512mb --save '' --maxmemory-policy noeviction";

    /// <summary>
    /// Acknowledges a write only once it is on disk. Stock that was sold must not come back after a power cut: snapshots would lose the last minute, and are
    /// switched off. The log is rewritten when it has doubled, from half a gigabyte on.
    /// </summary>
    public static IResourceBuilder<RedisResource> WithAppendOnlyFile(this IResourceBuilder<RedisResource> redis) => redis
        // The model has no connection with TLS to Redis: services, their health checks and the load tools use the plain port.
        .WithoutHttpsCertificate()
        .WithArgs(context =>
        {
            // In a run the resource's arguments are words, which are joined for the shell; when publishing they are the shell's one command already.
            if (context.ExecutionContext.IsRunMode)
                foreach (var word in Settings.Split(' ')) context.Args.Add(word);
            else
                context.Args[^1] = $"exec {context.Args[^1]} {Settings}"; // a shell in between might keep SIGTERM to itself
        });
}
