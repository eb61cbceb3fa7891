using System.Diagnostics.Metrics;
using Npgsql;
using ServiceDefaults;
using ServiceKit.Batching;
using ServiceKit.Idempotency;
using ServiceKit.Postgres;

namespace Order.Api.Orders;

/// <summary>Stores orders in Postgres. Writes are group-committed: each group is one transaction in two round trips that locks the orders' rows.</summary>
internal sealed class OrderStore
{
    private const string Select = "SELECT id, user_id, status, item_ids, quantities, costs FROM orders WHERE id = ANY ($1)";

    private const string Lock = Select + " ORDER BY id FOR UPDATE";

    private const string SelectKeys = "SELECT id, request, outcome FROM idempotency_keys WHERE id = ANY ($1)";

    private const string Insert = "INSERT INTO orders (id, user_id) SELECT * FROM unnest($1, $2) ON CONFLICT (id) DO NOTHING";

    // All lines are in three arrays; those of an order are the part from its first to its last one, empty if the last is before the first.
    private const string Update = """
        UPDATE orders o SET item_ids = ($5::text[])[u.first:u.last], quantities = ($6::bigint[])[u.first:u.last], costs = ($7::bigint[])[u.first:u.last],
            total_cost = u.total_cost
        FROM unnest($1, $2, $3, $4) AS u (id, first, last, total_cost) WHERE o.id = ANY ($1) AND o.id = u.id
        """;

    private const string Ship = """
        WITH address AS (INSERT INTO shipments (order_id, user_id, name, street, zip, city) SELECT id, user_id, $2, $3, $5, $6 FROM orders WHERE id = $1)
        UPDATE orders SET state = $4 WHERE id = $1
        """;

    private const string InsertKeys = "INSERT INTO idempotency_keys (id, request, outcome) SELECT * FROM unnest($1, $2, $3)";

    private readonly NpgsqlDataSource _database;
    private readonly GroupCommit<string, OrderRow?> _reads;
    private readonly GroupCommit<OrderWrite, OrderChange> _writes;

    public OrderStore(NpgsqlDataSource database, IMeterFactory meters)
    {
        _database = database;
        _reads = new(new("order-reads"), meters, ReadAsync);
        _writes = new(new("orders"), meters, writes => TransactionRetry.RunAsync(() => CommitAsync(writes)));
    }

    /// <summary>Returns the order, or null if not found. Concurrent reads share a statement and see everything committed before they were requested.</summary>
    /// <exception cref="OverloadException">Too many callers are waiting.</exception>
    public Task<OrderRow?> FindAsync(string id) => _reads.AddAsync(id);

    /// <summary>Returns the outcome of the earlier request with the key, or null if there was none.</summary>
    public async Task<OrderChange?> FindAsync(IdempotencyKey key, string request)
    {
        await using var command = _database.CreateCommand(SelectKeys);
        command.Parameters.Add(Array([key.Id]));
        await using var reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync()) return null;
        return reader.GetString(1) == request ? (OrderChange)(reader.GetInt16OrNull(2) ?? 0) : OrderChange.KeyReused;
    }

    /// <summary>Makes a change, in a group with others.</summary>
    /// <exception cref="OverloadException">Too many callers are waiting. Nothing was changed.</exception>
    public Task<OrderChange> WriteAsync(OrderWrite write) => _writes.AddAsync(write);

    private async Task<OrderRow?[]> ReadAsync(IReadOnlyList<string> ids)
    {
        await using var command = _database.CreateCommand(Select);
        command.Parameters.Add(Array(ids));
        await using var reader = await command.ExecuteReaderAsync();
        var found = new Dictionary<string, OrderRow>(ids.Count);
        while (await reader.ReadAsync())
        {
            var row = Row(reader);
            found.Add(row.Id, row);
        }

        return [.. ids.Select(id => found.GetValueOrDefault(id))];
    }

    private async Task<OrderChange[]> CommitAsync(IReadOnlyList<OrderWrite> writes)
    {
        await using var connection = await _database.OpenConnectionAsync();
        var (orders, keys) = await LockAsync(connection, writes);
        var outcomes = new OrderChange[writes.Count];
        var (created, changed) = (new HashSet<OrderRow>(), new HashSet<OrderRow>());
        var keyed = new List<(IdempotencyKey Key, string Request, OrderChange Outcome)>();
        for (var i = 0; i < outcomes.Length; i++)
        {
            var write = writes[i];
            if (write.Key is { } key && keys.TryGetValue(key.Id, out var before))
            {
                outcomes[i] = before.Request == write.Request ? before.Outcome : OrderChange.KeyReused;
                continue;
            }

            outcomes[i] = Apply(write, orders, created, changed);
            if (write.Key is null) continue;
            keys.Add(write.Key.Id, (write.Request, outcomes[i]));
            keyed.Add((write.Key, write.Request, outcomes[i]));
        }

        await using var batch = new NpgsqlBatch(connection);
        if (created.Count > 0)
            batch.BatchCommands.Add(Command(Insert, Array(created.Select(static order => order.Id)), Array(created.Select(static order => order.UserId))));
        foreach (var order in created)
        {
            if (order.Shipping is { } shipping) batch.BatchCommands.Add(ShipCommand(order.Id, shipping));
        }

        if (changed.Count > 0) batch.BatchCommands.Add(UpdateCommand([.. changed]));
        if (keyed.Count > 0)
        {
            batch.BatchCommands.Add(Command(InsertKeys, Array(keyed.Select(static one => one.Key.Id)), Array(keyed.Select(static one => one.Request)),
                Array(keyed.Select(static one => (short)one.Outcome))));
        }

        batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        await batch.ExecuteNonQueryAsync();
        return outcomes;
    }

    private static OrderChange Apply(OrderWrite write, Dictionary<string, OrderRow> orders, HashSet<OrderRow> created, HashSet<OrderRow> changed)
    {
        if (write.Creates is { } user)
        {
            // Its ID is derived from a key whose outcome was forgotten after a day. What was placed then may be paid, so it must not change.
            if (orders.ContainsKey(write.Order)) return write.Shipping is null ? OrderChange.Changed : OrderChange.KeyReused;
            var order = new OrderRow(write.Order, user, OrderStatus.Open, []) { Shipping = write.Shipping };
            if (write.Change(order) is var refusal and not OrderChange.Changed) return refusal;
            orders.Add(order.Id, order);
            created.Add(order);
            if (order.Lines.Count > 0) changed.Add(order);
            return OrderChange.Changed;
        }

        if (!orders.TryGetValue(write.Order, out var row)) return OrderChange.UnknownOrder;
        var outcome = write.Change(row);
        if (outcome == OrderChange.Changed) changed.Add(row);
        return outcome;
    }

    // BEGIN is sent with the first statements and COMMIT with the last. If a connection returns to the pool before its COMMIT, the driver rolls it back.
    private static async Task<(Dictionary<string, OrderRow>, Dictionary<Guid, (string Request, OrderChange Outcome)>)> LockAsync(
        NpgsqlConnection connection, IReadOnlyList<OrderWrite> writes)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand("BEGIN"));
        batch.BatchCommands.Add(Command(Lock, Array(writes.Where(static write => write.Creates is null || write.Key is not null)
            .Select(static write => write.Order).Distinct())));
        var asked = writes.Where(static write => write.Key is not null).Select(static write => write.Key!.Id).Distinct().ToArray();
        if (asked.Length > 0) batch.BatchCommands.Add(Command(SelectKeys, Array(asked)));
        await using var reader = await batch.ExecuteReaderAsync();
        var orders = new Dictionary<string, OrderRow>(writes.Count);
        while (await reader.ReadAsync())
        {
            var row = Row(reader);
            orders.Add(row.Id, row);
        }

        var keys = new Dictionary<Guid, (string, OrderChange)>();
        await reader.NextResultAsync();
        while (await reader.ReadAsync()) keys.Add(reader.GetGuid(0), (reader.GetString(1), (OrderChange)(reader.GetInt16OrNull(2) ?? 0)));
        return (orders, keys);
    }

    private static NpgsqlBatchCommand UpdateCommand(OrderRow[] orders)
    {
        var (first, last, count) = (new int[orders.Length], new int[orders.Length], 0);
        for (var i = 0; i < orders.Length; i++) (first[i], last[i]) = (count + 1, count += orders[i].Lines.Count);
        var lines = orders.SelectMany(static order => order.Lines).ToArray();
        return Command(
            Update, Array(orders.Select(static order => order.Id)), Array(first), Array(last), Array(orders.Select(static order => order.TotalCost)),
            Array(lines.Select(static line => line.Item)), Array(lines.Select(static line => line.Quantity)), Array(lines.Select(static line => line.Cost)));
    }

    private static NpgsqlBatchCommand ShipCommand(string order, Shipping shipping) => Command(
        Ship,
        new NpgsqlParameter<string> { TypedValue = order },
        new NpgsqlParameter<string> { TypedValue = shipping.Name },
        new NpgsqlParameter<string> { TypedValue = shipping.Street },
        new NpgsqlParameter<string> { TypedValue = shipping.State },
        new NpgsqlParameter<string> { TypedValue = shipping.Zip },
        new NpgsqlParameter<string> { TypedValue = shipping.City });

    private static OrderRow Row(NpgsqlDataReader row)
    {
        var (items, quantities, costs) = (row.GetFieldValue<string[]>(3), row.GetFieldValue<long[]>(4), row.GetFieldValue<long[]>(5));
        List<OrderLine> lines = [.. items.Select((item, i) => new OrderLine(item, quantities[i], costs[i]))];
        return new OrderRow(row.GetString(0), row.GetString(1), (OrderStatus)row.GetInt16(2), lines);
    }

    private static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }

    private static NpgsqlParameter<T[]> Array<T>(IEnumerable<T> values) => new() { TypedValue = [.. values] };
}
