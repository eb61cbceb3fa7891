using Npgsql;
using Order.Api.Orders;

namespace Order.Api.Reconciliation;

/// <summary>Reads orders and sagas for the reconciliation. Nothing is locked and nothing written.</summary>
internal sealed class OrderAudit(NpgsqlDataSource database)
{
    /// <summary>Most orders read for one page.</summary>
    public const int PageMax = 1_000;

    private const int NamedMax = 10;

    // Reads all orders, for there is no index by saga: it would cost every checkout its heap-only updates. Only when something is wrong.
    private const int ScanTimeSecondsMax = 60;

    // Any number does, as long as every replica uses the same; the tables' creation has another.
    private const long LockId = 0x73686F70_7265636F;

    private const string OldSagasSql = """
        SELECT id, 'of order ' || array_to_string(order_ids[1:3], ', '), extract(epoch FROM now() - started_at)::bigint, count(*) OVER ()
        FROM sagas WHERE started_at < now() - $1 ORDER BY started_at LIMIT $2
        """;

    private const string CountSagasSql = "SELECT count(*) FROM sagas";

    // One statement, one snapshot: a saga is written and removed in the same transactions as its order's status.
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

    /// <summary>The database's time: by it sagas are old or young, whatever this host's clock says.</summary>
    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(NowSql);
        return (DateTime)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>
    /// Takes the lock that one replica has; null: another one has it. The holder frees it by disposing of what it gets, or with its connection.
    /// </summary>
    public async Task<IAsyncDisposable?> TryLockAsync(CancellationToken cancellationToken)
    {
        // A transaction's lock: nothing can return the connection to the pool with it. Idle like this it keeps no snapshot, so it is in nobody's way.
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            // As long as a run takes; that of a replica whose machine is gone ends with the server's keep-alive.
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

    /// <summary>Sagas that are open for longer than the given time, and how many are open.</summary>
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

    /// <summary>The orders behind an id that have a saga, how many were read, and where the next page begins; null: this was the last one.</summary>
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

    /// <summary>Those sagas that are not open.</summary>
    public async Task<HashSet<Guid>> NotOpenAsync(Guid[] sagas, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(NotOpenSql);
        command.Parameters.Add(Value(sagas));
        var found = new HashSet<Guid>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken)) found.Add(row.GetGuid(0));
        return found;
    }

    /// <summary>How many paid orders each saga has, of those that are not open.</summary>
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

    /// <summary>The last saga whose paid order batch_init has taken away.</summary>
    public async Task<Guid> FindReplacedAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ReplacedSql);
        return (Guid?)await command.ExecuteScalarAsync(cancellationToken) ?? Guid.Empty;
    }

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };
}
