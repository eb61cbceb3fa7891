using System.Data;
using Npgsql;
using ServiceDefaults;

namespace Order.Api.Orders;

/// <summary>Orders in Postgres.</summary>
internal sealed class OrderStore(NpgsqlDataSource database)
{
    private const string Insert = "INSERT INTO orders (id, user_id) VALUES ($1, $2)";

    private const string Select = "SELECT user_id, status, item_ids, quantities, costs FROM orders WHERE id = $1";

    private const string Update = "UPDATE orders SET item_ids = $2, quantities = $3, costs = $4, total_cost = $5 WHERE id = $1";

    /// <summary>Creates an order without lines and returns its id.</summary>
    public async Task<string> CreateAsync(string userId, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7().ToString();
        await using var command = database.CreateCommand(Insert);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = userId });
        await command.ExecuteNonQueryAsync(cancellationToken);
        return id;
    }

    /// <summary>The order; null where there is none.</summary>
    public async Task<OrderRow?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        return await ReadAsync(id, command, cancellationToken);
    }

    /// <summary>Changes an order's lines while its row is locked, so that no checkout begins in between.</summary>
    /// <param name="id">The order.</param>
    /// <param name="change">Changes the lines; where it answers anything but <see cref="OrderChange.Changed"/>, nothing is written. May run again on a fresh
    /// row.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<OrderChange> ChangeAsync(string id, Func<OrderRow, OrderChange> change, CancellationToken cancellationToken) =>
        TransactionRetry.RunAsync(token => ChangeOnceAsync(id, change, token), cancellationToken);

    private async Task<OrderChange> ChangeOnceAsync(string id, Func<OrderRow, OrderChange> change, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        await using var select = new NpgsqlCommand(Select + " FOR UPDATE", connection);
        select.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        if (await ReadAsync(id, select, cancellationToken) is not { } order) return OrderChange.UnknownOrder;
        var outcome = change(order);
        if (outcome != OrderChange.Changed) return outcome;
        await using var update = new NpgsqlCommand(Update, connection);
        update.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        update.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. order.Lines.Select(static line => line.Item)] });
        update.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. order.Lines.Select(static line => line.Quantity)] });
        update.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. order.Lines.Select(static line => line.Cost)] });
        update.Parameters.Add(new NpgsqlParameter<long> { TypedValue = order.TotalCost });
        await update.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return OrderChange.Changed;
    }

    private static async Task<OrderRow?> ReadAsync(string id, NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Row(id, reader) : null;
    }

    private static OrderRow Row(string id, NpgsqlDataReader row)
    {
        var (items, quantities, costs) = (row.GetFieldValue<string[]>(2), row.GetFieldValue<long[]>(3), row.GetFieldValue<long[]>(4));
        List<OrderLine> lines = [.. items.Select((item, i) => new OrderLine(item, quantities[i], costs[i]))];
        return new OrderRow(id, row.GetString(0), (OrderStatus)row.GetInt16(1), lines);
    }
}
