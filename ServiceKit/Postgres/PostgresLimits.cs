using System.Data.Common;

namespace ServiceKit.Postgres;

/// <summary>How a service uses its Postgres database.</summary>
public static class PostgresLimits
{
    /// <summary>Sets pool, time limits and prepared statements on a connection string of Npgsql's keywords, over what it says itself.</summary>
    public static void Set(DbConnectionStringBuilder connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        connection["Maximum Pool Size"] = 16; // more than the cores can keep busy only makes them queue inside Postgres
        connection["Max Auto Prepare"] = 40;
        connection["Auto Prepare Min Usages"] = 2;
        connection["No Reset On Close"] = true; // no session state is ever set
        // Every statement goes by keys. Left to itself the planner keeps to reading the whole of a table that was empty when the statement was prepared, until
        // the table is analyzed: for a minute after batch_init a checkout then costs Postgres five times as much.
        connection["Options"] = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off";
        connection["Command Timeout"] = 5; // seconds
        connection["Timeout"] = 5; // seconds to get a connection
    }

    /// <summary>
    /// Is it Postgres that is in trouble (or the schema not yet made), rather than a statement of ours? The driver knows most; these it does not count.
    /// </summary>
    public static bool IsOutage(DbException exception) => exception?.SqlState is { } state
        && (state is "42P01" or "3D000" or "25006" or "25P03" // no such table, no such database, read-only, a transaction that stood still for too long
            || state.StartsWith("57P", StringComparison.Ordinal) // going down or coming up
            || state.StartsWith("53", StringComparison.Ordinal)); // out of connections, memory, disk
}
