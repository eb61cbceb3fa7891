using Npgsql;

namespace Order.Api.Orders;

/// <summary>
/// Replaces the numbered orders "0" to "n-1" in one transaction. Nobody else reads or writes orders meanwhile. Sagas stay: those that are open run to their
/// end, but a new
/// order of the old number is not theirs.
/// </summary>
internal sealed class OrderBatch(NpgsqlDataSource database)
{
    /// <summary>Most orders, and most items and users to draw from, of one batch.</summary>
    public const long CountMax = 10_000_000;

    private const int CommandTimeSecondsMax = 300;

    // Emptied and filled again, not deleted from: a million dead rows would slow down everything until they are vacuumed. The others are few and are put back.
    private const string Replace = """
        LOCK TABLE orders IN ACCESS EXCLUSIVE MODE;
        CREATE TEMP TABLE kept_orders ON COMMIT DROP AS SELECT * FROM orders WHERE length(id) = 36;
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

    /// <summary>
    /// Replaces the orders. Each has one piece each of two random items below <paramref name="items"/> and a random user below <paramref name="users"/>.
    /// </summary>
    public async Task InitAsync(long count, long items, long users, long price, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var replace = new NpgsqlCommand(Replace, connection) { CommandTimeout = CommandTimeSecondsMax };
        await replace.ExecuteNonQueryAsync(cancellationToken);
        await using var fill = new NpgsqlCommand(items > 1 ? FillTwoLines : FillOneLine, connection) { CommandTimeout = CommandTimeSecondsMax };
        foreach (var value in (ReadOnlySpan<long>)[count, items, users, price]) fill.Parameters.Add(new NpgsqlParameter<long> { TypedValue = value });
        await fill.ExecuteNonQueryAsync(cancellationToken);
        await using var analyze = new NpgsqlCommand("ANALYZE orders", connection) { CommandTimeout = CommandTimeSecondsMax };
        await analyze.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
