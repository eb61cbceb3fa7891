using Npgsql;
using Order.Api.Orders;

namespace Order.Api.Reconciliation;

/// <summary>Reads orders and sagas for the reconciliation. Takes no row locks and writes nothing.</summary>
internal sealed class OrderAudit(NpgsqlDataSource database)
{
    /// <summary>Maximum number of orders per page.</summary>
    public const int PageMax = 1_000;

    private const int NamedMax = 10;

    // Scans all orders, because an index by saga would cost every checkout its heap-only updates. Runs only if something is wrong.
    private const int ScanTimeSecondsMax = 60;

    // An arbitrary number that all replicas share. It differs from the one used to create the tables.
    private const long LockId = 0x73686F70_7265636F;

    private const string OldSagasSql = """
        SELECT id, 'of order ' || array_to_string(order_ids[1:3], ', '), extract(epoch FROM now() - started_at)::bigint, count(*) OVER ()
        FROM sagas WHERE started_at < now() - $1 ORDER BY started_at LIMIT $2
        """;

    private const string CountSagasSql = "SELECT count(*) FROM sagas";

    // One statement and thus one snapshot: a saga is written and removed in the transactions that change its order's status.
    private const string PageSql = """
        SELECT o.id, o.user_id, o.status, o.saga_id, o.total_cost, s.id IS NOT NULL
        FROM (SELECT id, user_id, status, saga_id, total_cost FROM orders WHERE id > $1 ORDER BY id LIMIT $2) o
        LEFT JOIN (SELECT unnest(saga_ids) AS id FROM sagas) s ON s.id = o.saga_id
        ORDER BY o.id
        """;

    private const string NotOpenSql = "SELECT a.id FROM unnest($1) AS a (id) WHERE a.id NOT IN (SELECT unnest(saga_ids) FROM sagas)";

    private const string CountPaidSql = """
        SELECT a.id, count(o.id) FROM unnest($1) AS a (id) LEFT JOIN orders o ON o.saga_id = a.id AND o.status = 2
        WHERE a.id NOT IN (SELECT unnest(saga_ids) FROM sagas) GROUP BY a.id
        """;

    private const string NowSql = "SELECT now()";

    private const string ReplacedSql = "SELECT last_saga FROM replaced_orders ORDER BY last_saga DESC LIMIT 1";

    /// <summary>Returns the database's time. The age of a saga is measured by it, whatever this host's clock says.</summary>
    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(NowSql);
        return (DateTime)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>
    /// Tries to take the lock that only one replica can hold; returns null if another replica has it. Disposing of the result, or losing the connection,
    /// releases it.
    /// </summary>
    public async Task<IAsyncDisposable?> TryLockAsync(CancellationToken cancellationToken)
    {
        // The lock belongs to a transaction, so a connection cannot return to the pool with it. The idle transaction has no snapshot and blocks nothing.
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            // No idle timeout, because a run takes long. If the replica's machine is gone, the server's keep-alive ends the transaction.
            const string Begin = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = 0; ";
            await using var command = new NpgsqlCommand($"{Begin}SELECT pg_try_advisory_xact_lock({LockId})", connection);
            if ((bool)(await command.ExecuteScalarAsync(cancellationToken))!) return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    /// <summary>Finds the sagas that have been open for longer than the given time, and counts the open ones.</summary>
    public async Task CheckSagasAsync(TimeSpan ageMax, Finding finding, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new(OldSagasSql) { Parameters = { Value(ageMax), Value(NamedMax) } });
        batch.BatchCommands.Add(new(CountSagasSql));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        var (named, count) = (0, 0L);
        for (; await row.ReadAsync(cancellationToken); named++)
        {
            finding.Add(
                row.GetGuid(0).ToString(), $"no saga open for longer than {ageMax.TotalSeconds:0} s", $"open for {row.GetInt64(2)} s, {row.GetString(1)}");
            count = row.GetInt64(3);
        }

        finding.AddUnnamed(count - named);
        await row.NextResultAsync(cancellationToken);
        if (await row.ReadAsync(cancellationToken)) finding.Examined = row.GetInt64(0);
    }

    /// <summary>
    /// Returns the orders after the given ID that have a saga, the number of rows read, and the start of the next page (null after the last page).
    /// </summary>
    public async Task<(List<OrderFact> Orders, int Count, string? Next)> PageAsync(string after, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(PageSql);
        command.Parameters.Add(Value(after));
        command.Parameters.Add(Value(PageMax));
        var (orders, count, last) = (new List<OrderFact>(), 0, "");
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        for (; await row.ReadAsync(cancellationToken); count++)
        {
            last = row.GetString(0);
            if (row.GetGuidOrNull(3) is { } saga)
                orders.Add(new(last, row.GetString(1), row.GetEnum<OrderStatus>(2), saga, row.GetInt64(4), row.GetBoolean(5)));
        }

        return (orders, count, count < PageMax ? null : last);
    }

    /// <summary>Returns the given sagas that are not open.</summary>
    public async Task<HashSet<Guid>> NotOpenAsync(Guid[] sagas, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(NotOpenSql);
        command.Parameters.Add(Value(sagas));
        var found = new HashSet<Guid>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken)) found.Add(row.GetGuid(0));
        return found;
    }

    /// <summary>Returns the number of paid orders of each given saga that is not open.</summary>
    public async Task<Dictionary<Guid, long>> CountPaidAsync(Guid[] sagas, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(CountPaidSql);
        command.CommandTimeout = ScanTimeSecondsMax;
        command.Parameters.Add(Value(sagas));
        var found = new Dictionary<Guid, long>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken)) found.Add(row.GetGuid(0), row.GetInt64(1));
        return found;
    }

    /// <summary>Returns the last saga whose paid order batch_init removed.</summary>
    public async Task<Guid> FindReplacedAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ReplacedSql);
        return (Guid?)await command.ExecuteScalarAsync(cancellationToken) ?? Guid.Empty;
    }

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };
}
