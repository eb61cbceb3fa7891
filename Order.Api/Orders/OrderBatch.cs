using Npgsql;
using Order.Api.Checkout;

namespace Order.Api.Orders;

/// <summary>
/// Replaces the numbered orders "0" to "n-1" in one transaction. Nobody else reads or writes orders meanwhile. An order that is in checkout is not replaced:
/// who brings its saga to an end must be able to see whether it was paid.
/// </summary>
internal sealed class OrderBatch(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Most orders, and most items and users to draw from, of one batch.</summary>
    public const long CountMax = 10_000_000;

    private const int CommandTimeSecondsMax = 300;

    // With the lock no saga can begin, and none be recorded.
    private const string LockSql = "LOCK TABLE orders IN ACCESS EXCLUSIVE MODE";

    private const string IsOpenSql = "SELECT EXISTS (SELECT FROM sagas, unnest(order_ids) AS o (id) WHERE length(o.id) < 36)";

    // Emptied and filled again, not deleted from: a million dead rows would slow down everything until they are vacuumed. The others are few and are put back.
    private const string Replace = """
        CREATE TEMP TABLE kept_orders ON COMMIT DROP AS SELECT * FROM orders WHERE length(id) = 36;
        INSERT INTO replaced_orders SELECT saga_id FROM orders WHERE status = 2 AND length(id) <> 36 ORDER BY saga_id DESC LIMIT 1 ON CONFLICT DO NOTHING;
        DELETE FROM shipments WHERE length(order_id) <> 36;
        TRUNCATE orders;
        INSERT INTO orders SELECT * FROM kept_orders;
        """;

    // The second item is another one than the first, where there is another one.
    private const string FillTwoLines = """
        INSERT INTO orders (id, user_id, item_ids, quantities, costs, total_cost)
        SELECT i::text, draw.user_id::text, ARRAY[draw.first::text, ((draw.first + draw.step) % $2)::text], '{1,1}', ARRAY[$4, $4], 2 * $4
        FROM (SELECT i, floor(random() * $3)::bigint AS user_id, floor(random() * $2)::bigint AS first, 1 + floor(random() * ($2 - 1))::bigint AS step
              FROM generate_series(0, $1 - 1) AS i) AS draw
        """;

    private const string FillOneLine = """
        INSERT INTO orders (id, user_id, item_ids, quantities, costs, total_cost)
        SELECT i::text, floor(random() * $3)::bigint::text, '{0}', '{2}', ARRAY[2 * $4], 2 * $4 FROM generate_series(0, $1 - 1) AS i WHERE $2 = 1
        """;

    // Now, not a minute later in the middle of the load: new rows are otherwise written once more when they are first read, for their hint bits, whole pages of
    // the log included. Where another one holds the table, that one sees to it.
    private const string Vacuum = "VACUUM (FREEZE, ANALYZE, SKIP_LOCKED) orders";

    // Recovery needs a lease and a second for the sagas of an owner that died.
    private static readonly TimeSpan RestTimeMax = SagaLimits.Lease * 2, RestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Replaces the orders. Each has one piece each of two random items below <paramref name="items"/> and a random user below <paramref name="users"/>. Waits
    /// a while for checkouts to end; false: they do not, and nothing was changed.
    /// </summary>
    public async Task<bool> InitAsync(long count, long items, long users, long price, CancellationToken cancellationToken)
    {
        var askedAt = time.GetTimestamp();
        while (!await TryInitAsync(count, items, users, price, cancellationToken))
        {
            if (time.GetElapsedTime(askedAt) > RestTimeMax) return false;
            await Task.Delay(RestPause, time, cancellationToken);
        }

        return true;
    }

    private async Task<bool> TryInitAsync(long count, long items, long users, long price, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var lockOrders = new NpgsqlCommand(LockSql, connection) { CommandTimeout = CommandTimeSecondsMax };
        await lockOrders.ExecuteNonQueryAsync(cancellationToken);
        await using var isOpen = new NpgsqlCommand(IsOpenSql, connection);
        if ((bool)(await isOpen.ExecuteScalarAsync(cancellationToken))!) return false;
        await using var replace = new NpgsqlCommand(Replace, connection) { CommandTimeout = CommandTimeSecondsMax };
        await replace.ExecuteNonQueryAsync(cancellationToken);
        await using var fill = new NpgsqlCommand(items > 1 ? FillTwoLines : FillOneLine, connection) { CommandTimeout = CommandTimeSecondsMax };
        foreach (var value in (ReadOnlySpan<long>)[count, items, users, price]) fill.Parameters.Add(new NpgsqlParameter<long> { TypedValue = value });
        await fill.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await using var vacuum = new NpgsqlCommand(Vacuum, connection) { CommandTimeout = CommandTimeSecondsMax };
        await vacuum.ExecuteNonQueryAsync(CancellationToken.None);
        return true;
    }
}
