using Npgsql;
using Order.Api.Orders;
using ServiceDefaults;

namespace Order.Api.Checkout;

/// <summary>What came of beginning a checkout.</summary>
/// <param name="Order">How the order was found; null where there is none.</param>
/// <param name="Saga">The new saga, where one has begun.</param>
/// <param name="Other">The saga that has the order in checkout, where there is one.</param>
internal readonly record struct BeginResult(OrderStatus? Order, CheckoutSaga? Saga, Guid? Other);

/// <summary>
/// Sagas in Postgres, beside the orders they freeze. Each call is one statement and one transaction for any number of sagas, locks rows in the order of their
/// ids,
/// and may be repeated. Time is the database's.
/// </summary>
internal sealed class CheckoutSagaStore(NpgsqlDataSource database)
{
    private const short Started = 1, Paid = 2, Failed = 4;

    private const string BeginSql = """
        WITH asked AS (SELECT * FROM unnest($1, $2) AS a (order_id, saga_id)),
        locked AS (
            SELECT o.*, a.saga_id AS new_saga_id FROM orders o JOIN asked a ON a.order_id = o.id ORDER BY o.id FOR UPDATE OF o),
        begun AS (
            INSERT INTO sagas (id, order_id, user_id, item_ids, quantities, total_cost, owner, lease_until, traceparent)
            SELECT new_saga_id, id, user_id, item_ids, quantities, total_cost, $3, now() + $4, $5 FROM locked WHERE status = 0 AND cardinality(item_ids) > 0
            RETURNING id, order_id, started_at),
        frozen AS (UPDATE orders o SET status = 1, saga_id = b.id FROM begun b WHERE o.id = b.order_id)
        SELECT l.id, l.status, l.saga_id, b.id, l.user_id, l.item_ids, l.quantities, l.total_cost, floor(extract(epoch FROM b.started_at))::bigint
        FROM locked l LEFT JOIN begun b ON b.order_id = l.id
        """;

    // A record that is there already, from the same epoch, counts: its confirmation was lost.
    private const string RecordSql = """
        WITH asked AS (SELECT * FROM unnest($1, $2, $3, $4) AS a (id, epoch, state, refusal)),
        mine AS (
            SELECT s.id, s.order_id, s.state AS was, a.state, a.refusal FROM sagas s JOIN asked a ON a.id = s.id AND a.epoch = s.epoch
            WHERE s.state = 1 OR s.state = a.state ORDER BY s.id FOR UPDATE OF s),
        recorded AS (
            UPDATE sagas s SET state = m.state, refusal = m.refusal, lease_until = now() + $5, ended_at = CASE WHEN m.state = 4 THEN now() END
            FROM mine m WHERE s.id = m.id AND m.was = 1),
        held AS (
            SELECT o.id, m.id AS saga_id, m.state FROM orders o JOIN mine m ON m.order_id = o.id AND m.id = o.saga_id
            WHERE m.was = 1 ORDER BY o.id FOR UPDATE OF o),
        settled AS (
            UPDATE orders o SET status = CASE WHEN h.state = 2 THEN 2 ELSE 0 END, saga_id = CASE WHEN h.state = 2 THEN h.saga_id END
            FROM held h WHERE o.id = h.id)
        SELECT id FROM mine
        """;

    private const string CompleteSql = """
        UPDATE sagas s SET state = 3, ended_at = now() FROM unnest($1, $2) AS a (id, epoch)
        WHERE s.id = a.id AND s.epoch = a.epoch AND s.state = 2 RETURNING s.id
        """;

    private const string AdoptSql = """
        UPDATE sagas s SET epoch = s.epoch + 1, owner = $1, lease_until = now() + $2
        FROM (SELECT id FROM sagas WHERE state <= 2 AND lease_until < now() ORDER BY lease_until LIMIT $3 FOR UPDATE SKIP LOCKED) AS due
        WHERE s.id = due.id
        RETURNING s.id, s.order_id, s.user_id, s.item_ids, s.quantities, s.total_cost, floor(extract(epoch FROM s.started_at))::bigint,
            s.epoch, s.state, now() - s.started_at, s.traceparent
        """;

    private const string OutcomeSql = "SELECT state, refusal FROM sagas WHERE id = $1";

    private const string OldestSql = "SELECT floor(extract(epoch FROM coalesce(min(started_at), now()) - $1))::bigint FROM sagas WHERE state <= 2";

    // Of this process: tells in the table who had a saga last.
    private readonly Guid _owner = Guid.CreateVersion7();

    /// <summary>
    /// Begins checkouts: the intent and the frozen lines are durable, and the orders locked against changes, before anything is asked of others.
    /// The results come in the order asked.
    /// </summary>
    /// <param name="asked">Distinct orders, each with the id its saga is to have.</param>
    /// <param name="traceParent">Where the traces of these sagas began.</param>
    public Task<BeginResult[]> BeginAsync(IReadOnlyList<(string OrderId, Guid SagaId)> asked, string? traceParent) => TransactionRetry.RunAsync(
        async token =>
        {
            await using var command = database.CreateCommand(BeginSql);
            Add(command, asked.Select(static ask => ask.OrderId).ToArray());
            Add(command, asked.Select(static ask => ask.SagaId).ToArray());
            Add(command, _owner);
            Add(command, SagaLimits.Lease);
            command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = traceParent });
            var found = new Dictionary<string, BeginResult>(asked.Count);
            await using var reader = await command.ExecuteReaderAsync(token);
            while (await reader.ReadAsync(token)) found.Add(reader.GetString(0), Begun(reader));
            return asked.Select(ask => found.GetValueOrDefault(ask.OrderId)).ToArray();
        },
        CancellationToken.None);

    /// <summary>
    /// Records that sagas are paid (<see cref="SagaStep.RecordPaid"/>) or failed; the orders are paid, or open again, in the same transaction.
    /// </summary>
    /// <returns>Those whose record is durable. All others have another owner.</returns>
    public Task<HashSet<Guid>> RecordAsync(IReadOnlyList<CheckoutSaga> sagas) => TransactionRetry.RunAsync(
        async token =>
        {
            await using var command = database.CreateCommand(RecordSql);
            Add(command, sagas.Select(static saga => saga.Id).ToArray());
            Add(command, sagas.Select(static saga => saga.Epoch).ToArray());
            Add(command, sagas.Select(static saga => saga.State.Step == SagaStep.RecordPaid ? Paid : Failed).ToArray());
            Add(command, sagas.Select(static saga => (short)saga.State.Refusal).ToArray());
            Add(command, SagaLimits.Lease);
            return await IdsAsync(command, token);
        },
        CancellationToken.None);

    /// <summary>Records that nothing is left to do for sagas that are paid.</summary>
    /// <returns>Those recorded just now. All others have another owner, or are complete.</returns>
    public async Task<HashSet<Guid>> CompleteAsync(IReadOnlyList<CheckoutSaga> sagas)
    {
        await using var command = database.CreateCommand(CompleteSql);
        Add(command, sagas.Select(static saga => saga.Id).ToArray());
        Add(command, sagas.Select(static saga => saga.Epoch).ToArray());
        return await IdsAsync(command, CancellationToken.None);
    }

    /// <summary>
    /// Takes over open sagas whose lease has run out, the longest overdue first. Those too old for their pivot come with <see cref="SagaStep.Refund"/> to do.
    /// </summary>
    public async Task<List<(CheckoutSaga Saga, string? TraceParent)>> AdoptAsync(int max, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(AdoptSql);
        Add(command, _owner);
        Add(command, SagaLimits.Lease);
        Add(command, max);
        var adopted = new List<(CheckoutSaga, string?)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) adopted.Add(Adopted(reader));
        return adopted;
    }

    /// <summary>What a saga came to; null while that is open, or where there is no such saga.</summary>
    public async Task<CheckoutResult?> FindOutcomeAsync(Guid saga)
    {
        await using var command = database.CreateCommand(OutcomeSql);
        Add(command, saga);
        await using var reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync()) return null;
        return reader.GetInt16(0) switch
        {
            Started => null,
            Failed => CheckoutResult.Refused((Refusal)reader.GetInt16(1)),
            _ => CheckoutResult.Paid,
        };
    }

    /// <summary>The time from which no saga is open, Unix seconds, with <see cref="SagaLimits.RecordsKept"/> to spare.</summary>
    public async Task<long> NoneOpenBeforeAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(OldestSql);
        Add(command, SagaLimits.RecordsKept);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static BeginResult Begun(NpgsqlDataReader row)
    {
        var saga = row.IsDBNull(3) ? null : new CheckoutSaga(
            row.GetGuid(3), row.GetString(0), row.GetString(4), Lines(row, 5), row.GetInt64(7), row.GetInt64(8), 1, SagaState.Started);
        return new((OrderStatus)row.GetInt16(1), saga, row.IsDBNull(2) ? null : row.GetGuid(2));
    }

    private static (CheckoutSaga, string?) Adopted(NpgsqlDataReader row)
    {
        var state = row.GetInt16(8) == Paid ? SagaState.Paid : SagaState.Started;
        if (state == SagaState.Started && row.GetTimeSpan(9) > SagaLimits.PivotAgeMax) state = state.On(SagaEvent.Expired);
        var saga = new CheckoutSaga(
            row.GetGuid(0), row.GetString(1), row.GetString(2), Lines(row, 3), row.GetInt64(5), row.GetInt64(6), row.GetInt32(7), state);
        return (saga, row.IsDBNull(10) ? null : row.GetString(10));
    }

    private static async Task<HashSet<Guid>> IdsAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var ids = new HashSet<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) ids.Add(reader.GetGuid(0));
        return ids;
    }

    private static ReserveLine[] Lines(NpgsqlDataReader row, int items)
    {
        var quantities = row.GetFieldValue<long[]>(items + 1);
        return [.. row.GetFieldValue<string[]>(items).Select((item, i) => new ReserveLine(item, quantities[i]))];
    }

    private static void Add<T>(NpgsqlCommand command, T value) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
}
