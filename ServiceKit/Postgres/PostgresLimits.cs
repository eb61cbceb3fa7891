using System.Data.Common;
using Npgsql;

namespace ServiceKit.Postgres;

/// <summary>Connection settings for a service's Postgres database.</summary>
public static class PostgresLimits
{
    /// <summary>
    /// Sets the pool size, timeouts and prepared statements in an Npgsql connection string, overriding existing values. Of several hosts, connections go to the
    /// primary.
    /// </summary>
    public static void Set(DbConnectionStringBuilder connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        connection["Maximum Pool Size"] = 16; // more than keep the cores busy would only queue inside Postgres
        connection["Max Auto Prepare"] = 40;
        connection["Auto Prepare Min Usages"] = 2;
        connection["No Reset On Close"] = true; // session state is never changed
        // Every statement uses keys. If a table was empty when a statement was prepared, the planner would keep using sequential scans until the table is
        // analyzed: for a minute after batch_init, a checkout would cost Postgres five times as much.
        connection["Options"] = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off";
        connection["Command Timeout"] = 5; // seconds
        connection["Cancellation Timeout"] = -1; // a statement that timed out closes its connection at once and never succeeds; see CancelRequests
        connection["Timeout"] = 5; // seconds to wait for a connection
        if (connection["Host"] is string hosts && hosts.Contains(',', StringComparison.Ordinal)) SetFollowing(connection);
    }

    // A machine without power does not refuse connections, and Npgsql asks the hosts in order: each wait for one that is gone delays a request by the timeout,
    // once in the time for which a host's state is remembered. After a failover the new primary is found after the same time.
    private static void SetFollowing(DbConnectionStringBuilder connection)
    {
        connection["Target Session Attributes"] = "primary";
        connection["Timeout"] = 1; // seconds
        connection["Host Recheck Seconds"] = 5;
        connection["Cancellation Timeout"] = 1; // ms; with -1 Npgsql would not remember that a host does not answer
    }

    /// <summary>
    /// Whether the error is an outage of Postgres (or a missing schema) rather than an error in one of our statements. The driver detects most outages; these
    /// are the ones it does not.
    /// </summary>
    public static bool IsOutage(DbException exception) => exception?.SqlState is not { } state
        // No host is the primary. The other one is an error in our code.
        ? exception is NpgsqlException { InnerException: null or AggregateException } and not NpgsqlOperationInProgressException
        : state is "42P01" or "3D000" or "25006" or "25P03" // table not found, database not found, read-only, transaction idle for too long
            || state.StartsWith("57P", StringComparison.Ordinal) // shutting down or starting up
            || state.StartsWith("53", StringComparison.Ordinal); // out of connections, memory, disk
}
