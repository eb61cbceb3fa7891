namespace AppHost;

internal static class PostgresExtensions
{
    /// <summary>
    /// Room for a million orders in memory, and for the log between two checkpoints: after each of them every page is logged whole once more. Durability is
    /// as it comes: a commit is on disk before it is acknowledged. Connections for a dozen replicas of services, 16 each at most.
    /// </summary>
    public static IResourceBuilder<PostgresServerResource> WithLoadSettings(this IResourceBuilder<PostgresServerResource> postgres) => postgres.WithArgs(
        "-c", "shared_buffers=1GB", "-c", "max_wal_size=4GB", "-c", "checkpoint_timeout=15min", "-c", "wal_compression=lz4",
        "-c", "max_connections=200");
}
