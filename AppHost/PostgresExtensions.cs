namespace AppHost;

internal static class PostgresExtensions
{
    /// <summary>
    /// Room for a million orders in memory, and for the log between two checkpoints: after each of them every page is logged whole once more. Durability is
    /// as it comes: a commit is on disk before it is acknowledged. Connections for a dozen replicas of services, 16 each at most.
    /// A machine that loses its power says no goodbye: a transaction that waits for its client is called off after 5 s, and with it the locks that it holds on
    /// accounts and orders; a connection whose client does not answer is closed after 11 s. All transactions here are some milliseconds long.
    /// </summary>
    public static IResourceBuilder<PostgresServerResource> WithLoadSettings(this IResourceBuilder<PostgresServerResource> postgres) => postgres.WithArgs(
        "-c", "shared_buffers=1GB", "-c", "max_wal_size=4GB", "-c", "checkpoint_timeout=15min", "-c", "wal_compression=lz4",
        "-c", "max_connections=200", "-c", "idle_in_transaction_session_timeout=5s",
        "-c", "tcp_keepalives_idle=5", "-c", "tcp_keepalives_interval=2", "-c", "tcp_keepalives_count=3", "-c", "tcp_user_timeout=11s");
}
