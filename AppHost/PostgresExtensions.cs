namespace AppHost;

internal static class PostgresExtensions
{
    /// <summary>
    /// Sets memory for a million orders, and enough log between two checkpoints, because after a checkpoint every page is logged in full once. Durability is
    /// the default: a commit is on disk before it is acknowledged. Allows connections for a dozen replicas of services, at most 16 each. A machine that loses
    /// its power closes no connection: a transaction that waits for its client is canceled after 5 s, which releases its locks on accounts and orders, and a
    /// connection whose client does not answer is closed after 11 s. All transactions here take a few milliseconds.
    /// </summary>
    public static IResourceBuilder<PostgresServerResource> WithLoadSettings(this IResourceBuilder<PostgresServerResource> postgres) => postgres.WithArgs(
        "-c", "shared_buffers=1GB", "-c", "max_wal_size=4GB", "-c", "checkpoint_timeout=15min", "-c", "wal_compression=lz4",
        "-c", "max_connections=200", "-c", "idle_in_transaction_session_timeout=5s",
        "-c", "tcp_keepalives_idle=5", "-c", "tcp_keepalives_interval=2", "-c", "tcp_keepalives_count=3", "-c", "tcp_user_timeout=11s");
}
