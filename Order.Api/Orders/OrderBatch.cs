using Npgsql;

namespace Order.Api.Orders;

/// <summary>
/// Replaces the numbered orders "0" to "n-1" in one transaction, while no one else reads or writes orders. An order in checkout is not replaced, because
/// whoever completes its saga must be able to tell whether it was paid.
/// </summary>
internal sealed class OrderBatch(OrdersAtRest orders)
{
    /// <summary>Maximum number of orders per batch, and of items and users to choose from.</summary>
    public const long CountMax = 10_000_000;

    private const int CommandTimeSecondsMax = 300;

    private const string IsOpenSql = "SELECT EXISTS (SELECT FROM sagas, unnest(order_ids) AS o (id) WHERE length(o.id) < 36)";

    // Truncated and refilled, because a DELETE would leave a million dead rows that slow everything down until vacuumed. The few other orders are put back.
    private const string Replace = """
        CREATE TEMP TABLE kept_orders ON COMMIT DROP AS SELECT * FROM orders WHERE length(id) = 36;
        INSERT INTO replaced_orders SELECT saga_id FROM orders WHERE status = 2 AND length(id) <> 36 ORDER BY saga_id DESC LIMIT 1 ON CONFLICT DO NOTHING;
        DELETE FROM shipments WHERE length(order_id) <> 36;
        TRUNCATE orders;
        INSERT INTO orders SELECT * FROM kept_orders;
        """;

    // The second item differs from the first if there is more than one item.
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

    // Vacuumed now rather than a minute later under load. Otherwise the first read of each new row writes it again to set its hint bits, including full pages
    // in the WAL. If another session has the table locked, that session vacuums it.
    private const string Vacuum = "VACUUM (FREEZE, ANALYZE, SKIP_LOCKED) orders";

    /// <summary>
    /// Replaces the orders. Each order has one piece each of two random items below <paramref name="items"/> and a random user below
    /// <paramref name="users"/>. Waits a limited time for open checkouts to end; returns false, with nothing changed, if they do not.
    /// </summary>
    public Task<bool> InitAsync(long count, long items, long users, long price, CancellationToken cancellationToken) =>
        orders.ChangeAsync(IsOpenSql, CommandTimeSecondsMax, async (connection, transaction) =>
    {
        await using var replace = new NpgsqlCommand(Replace, connection) { CommandTimeout = CommandTimeSecondsMax };
        await replace.ExecuteNonQueryAsync(cancellationToken);
        await using var fill = new NpgsqlCommand(items > 1 ? FillTwoLines : FillOneLine, connection) { CommandTimeout = CommandTimeSecondsMax };
        foreach (var value in (long[])[count, items, users, price]) fill.Parameters.Add(new NpgsqlParameter<long> { TypedValue = value });
        await fill.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(CancellationToken.None);
        await using var vacuum = new NpgsqlCommand(Vacuum, connection) { CommandTimeout = CommandTimeSecondsMax };
        await vacuum.ExecuteNonQueryAsync(CancellationToken.None);
    }, cancellationToken);
}
