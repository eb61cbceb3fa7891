using Npgsql;
using Order.Api.Checkout.Saga;

namespace Order.Api.Orders;

/// <summary>Reads orders with their addresses, and popular items by state. Writes go through <see cref="OrderStore"/> and the checkout.</summary>
internal sealed class PlacedOrders(NpgsqlDataSource database)
{
    /// <summary>Maximum number of a user's latest orders that are returned.</summary>
    public const int LatestMax = 50;

    /// <summary>Number of popular items that are returned.</summary>
    public const int PopularMax = 3;

    private const string Columns = """
        o.id, o.user_id, o.status, o.refusal, o.item_ids, o.quantities, o.costs, o.total_cost, o.state, s.name, s.street, s.zip, s.placed_at, s.city
        """;

    private const string FindSql = $"SELECT {Columns} FROM orders o LEFT JOIN shipments s ON s.order_id = o.id WHERE o.id = $1";

    private const string LatestSql = $"""
        SELECT {Columns} FROM shipments s JOIN orders o ON o.id = s.order_id WHERE s.user_id = $1 ORDER BY s.placed_at DESC LIMIT $2
        """;

    // A state has at most one row per product. Sorting them is cheaper than an index that every checkout would have to update.
    private const string PopularSql = "SELECT item_id, quantity FROM popular WHERE state = $1 ORDER BY quantity DESC, item_id LIMIT $2";

    /// <summary>Returns the order, or null if not found.</summary>
    public async Task<PlacedOrder?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Read(row) : null;
    }

    /// <summary>Returns a user's latest orders, newest first.</summary>
    public async Task<List<PlacedOrder>> LatestAsync(string user, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(LatestSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = user });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = LatestMax });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var orders = new List<PlacedOrder>();
        while (await row.ReadAsync(cancellationToken)) orders.Add(Read(row));
        return orders;
    }

    /// <summary>Returns the items with the most pieces sold to a state, most popular first.</summary>
    public async Task<List<(string Item, long Quantity)>> PopularAsync(string state, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(PopularSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = state });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = PopularMax });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var items = new List<(string, long)>(PopularMax);
        while (await row.ReadAsync(cancellationToken)) items.Add((row.GetString(0), row.GetInt64(1)));
        return items;
    }

    private static PlacedOrder Read(NpgsqlDataReader row)
    {
        var (items, quantities, costs) = (row.Get<string[]>("item_ids"), row.Get<long[]>("quantities"), row.Get<long[]>("costs"));
        var address = row.GetOrNull<string>("state") is { } state && row.GetOrNull<string>("name") is { } name
            ? new Shipping(name, row.Get<string>("street"), row.GetOrNull<string>("city"), state, row.Get<string>("zip"))
            : null;
        return new(
            row.Get<string>("id"),
            row.Get<string>("user_id"),
            row.GetEnum<OrderStatus>(row.GetOrdinal("status")),
            row.GetEnum<Refusal>(row.GetOrdinal("refusal")),
            [.. items.Select((item, i) => new OrderLine(item, quantities[i], costs[i]))],
            row.Get<long>("total_cost"),
            address,
            address is null ? null : row.Get<DateTime>("placed_at"));
    }
}
