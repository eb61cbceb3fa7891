using System.Data.Common;
using Npgsql;
using Order.Api.Checkout.Participants;
using Order.Api.Checkout.Saga;
using Order.Api.Orders;
using ServiceKit.Postgres;

namespace Order.Api.Checkout.Store;

/// <summary>
/// Stores sagas in Postgres. A turn is one round trip and one transaction, for any number of sagas, and takes its locks in order-ID order. All times are the
/// database's.
/// </summary>
internal sealed partial class PostgresSagaStore(NpgsqlDataSource database, TimeProvider time, ILogger<PostgresSagaStore> logger) : ISagaStore
{
    private const int AttemptsMax = 2;

    // "= ANY", here and below, makes Postgres use the index whatever size it estimates for the table. With the join alone it may scan a small table in full,
    // including dead rows that are not vacuumed yet.

    // Accepted from the owner of the batch only, which stays the owner for the duration of this transaction. Existing records are checked afterwards.
    private const string OwnedSql = """
        WITH asked AS (SELECT * FROM unnest($1, $2, $3, $4, $5, $6) AS a (saga_id, order_id, batch_id, epoch, status, refusal)),
        mine AS (SELECT id, epoch FROM sagas WHERE id = ANY ($7) ORDER BY id FOR SHARE)
        """;

    private const string UpdateSql = """
        UPDATE orders o SET status = a.status, refusal = a.refusal FROM asked a JOIN mine m ON m.id = a.batch_id AND m.epoch = a.epoch
        WHERE o.id = ANY ($2) AND o.id = a.order_id AND o.saga_id = a.saga_id AND o.status = 1
        """;

    private const string RecordSql = $"{OwnedSql} {UpdateSql} RETURNING a.saga_id";

    // The same, but paid orders also count towards the popular items of the state they ship to. Each counts once, because an order becomes paid only once. Rows
    // are locked in a fixed order. A count saturates at its maximum instead of failing the record.
    private const string RecordAndCountSql = $"""
        {OwnedSql},
        recorded AS ({UpdateSql} RETURNING a.saga_id, o.status, o.state, o.item_ids, o.quantities),
        counted AS (
            INSERT INTO popular AS p (state, item_id, quantity)
            SELECT r.state, line.item_id, least(sum(line.quantity), 9223372036854775807)::bigint
            FROM recorded r, unnest(r.item_ids, r.quantities) AS line (item_id, quantity) WHERE r.status = 2 AND r.state IS NOT NULL
            GROUP BY r.state, line.item_id ORDER BY r.state, line.item_id
            ON CONFLICT (state, item_id) DO UPDATE SET quantity = least(p.quantity::numeric + excluded.quantity, 9223372036854775807)::bigint)
        SELECT saga_id FROM recorded
        """;

    private const string EndSql = "DELETE FROM sagas s USING unnest($1, $2) AS a (id, epoch) WHERE s.id = ANY ($1) AND s.id = a.id AND s.epoch = a.epoch";

    private const string BeginSql = """
        WITH begun AS (
            UPDATE orders o SET status = 1, saga_id = a.saga_id, refusal = 0 FROM unnest($1, $2) AS a (order_id, saga_id)
            WHERE o.id = ANY ($1) AND o.id = a.order_id AND o.status = 0 AND o.item_ids <> '{}'
            RETURNING o.id, o.saga_id, o.user_id, o.item_ids, o.quantities, o.total_cost, o.state IS NOT NULL AS is_shipped),
        intent AS (
            INSERT INTO sagas (id, owner, lease_until, traceparent, saga_ids, order_ids, user_ids, totals)
            SELECT $3, $4, now() + $5, $6, array_agg(saga_id), array_agg(id), array_agg(user_id), array_agg(total_cost) FROM begun HAVING count(*) > 0)
        SELECT *, now() FROM begun
        """;

    private const string FindRecordsSql = """
        SELECT a.saga_id, o.status, s.id IS NOT NULL
        FROM unnest($1, $2, $3, $4) AS a (saga_id, order_id, batch_id, epoch)
        LEFT JOIN orders o ON o.id = a.order_id AND o.saga_id = a.saga_id
        LEFT JOIN sagas s ON s.id = a.batch_id AND s.epoch = a.epoch
        """;

    private const string FindOrdersSql = "SELECT id, status, saga_id, item_ids <> '{}' FROM orders WHERE id = ANY ($1)";

    private const string AdoptSql = """
        UPDATE sagas s SET epoch = s.epoch + 1, owner = $1, lease_until = now() + $2
        FROM (SELECT id FROM sagas WHERE lease_until < now() ORDER BY lease_until LIMIT $3 FOR UPDATE SKIP LOCKED) AS due
        WHERE s.id = due.id
        RETURNING s.id, s.epoch, floor(extract(epoch FROM s.started_at))::bigint AS started_at, now() - s.started_at AS age, s.traceparent,
            s.saga_ids, s.order_ids, s.user_ids, s.totals
        """;

    private const string FindSagasSql = """
        SELECT o.saga_id, o.status, o.item_ids, o.quantities, o.state IS NOT NULL AS is_shipped
        FROM unnest($1, $2) AS a (saga_id, order_id) JOIN orders o ON o.id = a.order_id
        WHERE o.saga_id = a.saga_id
        """;

    private const string OutcomeSql = "SELECT status, refusal, saga_id FROM orders WHERE id = $1";

    // Sagas that began together stay in their row until the last of them ends. The outcome of each is in its order.
    private const string CountOpenSql = """
        SELECT count(o.id), coalesce(max(now() - s.started_at), '0')
        FROM sagas s, unnest(s.saga_ids, s.order_ids) AS a (saga_id, order_id)
        LEFT JOIN orders o ON o.id = a.order_id AND o.saga_id = a.saga_id AND o.status = 1
        """;

    private const string OldestSql = "SELECT floor(extract(epoch FROM coalesce(min(started_at), now()) - $1))::bigint FROM sagas";

    private const string NowSql = "SELECT now()";

    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(50);

    // Identifies this process as the last owner of a batch in the table.
    private readonly Guid _owner = Guid.CreateVersion7();

    private Reading? _reading;

    /// <inheritdoc />
    public async ValueTask<DateTimeOffset> NowAsync()
    {
        if (Volatile.Read(ref _reading) is not { } reading)
        {
            var askedAt = time.GetTimestamp();
            await using var command = database.CreateCommand(NowSql);
            reading = Keep((DateTime)(await command.ExecuteScalarAsync())!, askedAt);
        }

        return reading.Now + time.GetElapsedTime(reading.AskedAt);
    }

    /// <inheritdoc />
    public async Task<TurnResult> TurnAsync(Turn turn)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TransactionRetry.RunAsync(() => TurnOnceAsync(turn));
            }
            // A checkout is not retried under the same ID. The first attempt may commit late, and a second one would then begin a checkout that is over or that
            // no row of sagas contains. Whether it began becomes known when the lease expires.
            catch (DbException e) when (e.IsTransient && turn.Begin.Count == 0 && attempt < AttemptsMax)
            {
                await Task.Delay(RetryPause, time);
            }
        }
    }

    /// <inheritdoc />
    public async Task<List<AdoptedBatch>> AdoptAsync(int max, long now)
    {
        await using var connection = await database.OpenConnectionAsync();
        var intents = new List<Intent>();
        await using (var adopt = new NpgsqlCommand(AdoptSql, connection) { Parameters = { Value(_owner), Value(SagaLimits.Lease), Value(max) } })
        await using (var row = await adopt.ExecuteReaderAsync())
        {
            while (await row.ReadAsync()) intents.Add(ReadIntent(row, now));
        }

        if (intents.Count == 0) return [];
        var orders = new Dictionary<Guid, FrozenOrder>();
        await using (var find = new NpgsqlCommand(FindSagasSql, connection))
        {
            find.Parameters.Add(Array(intents.SelectMany(static intent => intent.SagaIds)));
            find.Parameters.Add(Array(intents.SelectMany(static intent => intent.OrderIds)));
            await using var row = await find.ExecuteReaderAsync();
            var (items, quantities) = (row.GetOrdinal("item_ids"), row.GetOrdinal("quantities"));
            while (await row.ReadAsync())
                orders[row.Get<Guid>("saga_id")] = new((OrderStatus)row.Get<short>("status"), Lines(row, items, quantities), row.Get<bool>("is_shipped"));
        }

        return intents.ConvertAll(intent => Adopted(intent, orders));
    }

    /// <inheritdoc />
    public async Task<CheckoutResult?> FindOutcomeAsync(string order, Guid saga)
    {
        await using var command = database.CreateCommand(OutcomeSql);
        command.Parameters.Add(Value(order));
        await using var row = await command.ExecuteReaderAsync();
        if (!await row.ReadAsync()) return null;
        var status = row.GetEnum<OrderStatus>(0);
        if (status == OrderStatus.Paid) return CheckoutResult.Paid;
        return status == OrderStatus.Open && row.GetGuidOrNull(2) == saga ? CheckoutResult.Refused(row.GetEnum<Refusal>(1)) : null;
    }

    /// <summary>Returns the number of checkouts between intent and record, and the age of the oldest intent; zero if there is none.</summary>
    public async Task<(long Open, TimeSpan Oldest)> CountOpenAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(CountOpenSql);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt64(0), row.GetTimeSpan(1));
    }

    /// <summary>Returns the Unix time in seconds before which no saga is open, less <see cref="SagaLimits.RecordsKept"/> as a margin.</summary>
    public async Task<long> NoneOpenBeforeAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(OldestSql);
        command.Parameters.Add(Value(SagaLimits.RecordsKept));
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private async Task<TurnResult> TurnOnceAsync(Turn turn)
    {
        // All turns use the same order, so deadlocks between them are rare. If one happens, the victim is retried.
        var record = turn.Record.OrderBy(static saga => saga.OrderId, StringComparer.Ordinal).ToArray();
        var begin = turn.Begin.OrderBy(static call => call.OrderId, StringComparer.Ordinal).ToArray();
        var leasedAt = time.GetTimestamp();
        var recorded = new HashSet<Guid>(record.Length);
        var begun = new Dictionary<string, CheckoutSaga>(begin.Length);
        await using var connection = await database.OpenConnectionAsync();
        var askedAt = time.GetTimestamp();
        await using (var batch = new NpgsqlBatch(connection)) // one transaction
        {
            if (record.Length > 0) batch.BatchCommands.Add(RecordCommand(record));
            if (turn.Ended.Count > 0) batch.BatchCommands.Add(EndCommand(turn.Ended));
            if (begin.Length > 0) batch.BatchCommands.Add(BeginCommand(turn, begin));
            await using var row = await batch.ExecuteReaderAsync();
            if (record.Length > 0)
            {
                while (await row.ReadAsync()) recorded.Add(row.GetGuid(0));
                await row.NextResultAsync();
            }

            if (begin.Length > 0) await ReadBegunAsync(row, turn, leasedAt, askedAt, begun);
        }

        if (recorded.Count < record.Length) await FindRecordsAsync(connection, [.. record.Where(saga => !recorded.Contains(saga.Id))], recorded);
        var missing = begin.Select(static call => call.OrderId).Where(id => !begun.ContainsKey(id)).ToArray();
        var others = missing.Length == 0 ? [] : await FindOrdersAsync(connection, missing);
        return new(
            [.. turn.Record.Select(saga => recorded.Contains(saga.Id) ? SagaEvent.Recorded : SagaEvent.Overtaken)],
            [.. turn.Begin.Select(call => begun.GetValueOrDefault(call.OrderId) is { } saga
                ? new(OrderStatus.Open, saga, null) : others.GetValueOrDefault(call.OrderId))]);
    }

    private static NpgsqlBatchCommand RecordCommand(CheckoutSaga[] sagas) => new(System.Array.Exists(sagas, IsCounted) ? RecordAndCountSql : RecordSql)
    {
        Parameters =
        {
            Array(sagas.Select(static saga => saga.Id)), Array(sagas.Select(static saga => saga.OrderId)),
            Array(sagas.Select(static saga => saga.Batch.Id)), Array(sagas.Select(static saga => saga.Batch.Epoch)),
            Array(sagas.Select(Status)), Array(sagas.Select(static saga => (short)saga.State.Refusal)),
            Array(sagas.Select(static saga => saga.Batch.Id).Distinct()),
        },
    };

    private static NpgsqlBatchCommand EndCommand(IReadOnlyList<SagaBatch> batches) => new(EndSql)
    {
        Parameters = { Array(batches.Select(static batch => batch.Id)), Array(batches.Select(static batch => batch.Epoch)) },
    };

    private NpgsqlBatchCommand BeginCommand(Turn turn, CheckoutCall[] calls) => new(BeginSql)
    {
        Parameters =
        {
            Array(calls.Select(static call => call.OrderId)), Array(calls.Select(static call => call.SagaId)),
            Value(turn.BatchId), Value(_owner), Value(SagaLimits.Lease), Value(turn.TraceParent),
        },
    };

    private async Task ReadBegunAsync(NpgsqlDataReader row, Turn turn, long leasedAt, long askedAt, Dictionary<string, CheckoutSaga> begun)
    {
        var calls = turn.Begin.ToDictionary(static call => call.OrderId);
        SagaBatch? batch = null;
        var (order, saga, user, total) = (row.GetOrdinal("id"), row.GetOrdinal("saga_id"), row.GetOrdinal("user_id"), row.GetOrdinal("total_cost"));
        var (items, quantities, isShipped, now) = (
            row.GetOrdinal("item_ids"), row.GetOrdinal("quantities"), row.GetOrdinal("is_shipped"), row.GetOrdinal("now"));
        while (await row.ReadAsync())
        {
            batch ??= new(turn.BatchId, 1, Keep(row.GetDateTime(now), askedAt).Now.ToUnixTimeSeconds(), leasedAt)
            {
                Trace = turn.Begin.Select(static call => call.Trace).FirstOrDefault(static trace => trace != default),
            };
            batch.Add();
            var id = row.GetString(order);
            var lines = Lines(row, items, quantities);
            begun.Add(id, new(row.GetGuid(saga), id, row.GetString(user), lines, row.GetInt64(total), batch, SagaState.Started, calls[id])
            {
                IsShipped = row.GetBoolean(isShipped),
            });
        }
    }

    private Reading Keep(DateTime now, long askedAt)
    {
        var reading = new Reading(now, askedAt);
        Volatile.Write(ref _reading, reading);
        return reading;
    }

    // Finds out why a turn did not record a saga: it already was recorded, but the confirmation was lost; the order is gone; or the saga has another owner.
    private static async Task FindRecordsAsync(NpgsqlConnection connection, CheckoutSaga[] sagas, HashSet<Guid> recorded)
    {
        await using var command = new NpgsqlCommand(FindRecordsSql, connection)
        {
            Parameters =
            {
                Array(sagas.Select(static saga => saga.Id)), Array(sagas.Select(static saga => saga.OrderId)),
                Array(sagas.Select(static saga => saga.Batch.Id)), Array(sagas.Select(static saga => saga.Batch.Epoch)),
            },
        };
        var asked = sagas.ToDictionary(static saga => saga.Id, Status);
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            var (id, status) = (row.GetGuid(0), row.GetInt16OrNull(1) ?? (short)OrderStatus.Open);
            if (row.GetBoolean(2) && status == asked[id]) recorded.Add(id);
        }
    }

    private static async Task<Dictionary<string, BeginResult>> FindOrdersAsync(NpgsqlConnection connection, string[] orders)
    {
        await using var command = new NpgsqlCommand(FindOrdersSql, connection) { Parameters = { Array(orders) } };
        var found = new Dictionary<string, BeginResult>();
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync())
        {
            // Open with lines: another checkout of the order has just failed. Its outcome is this call's outcome too.
            var status = (OrderStatus)row.GetInt16(1);
            var isAnothers = status == OrderStatus.CheckingOut || (status == OrderStatus.Open && row.GetBoolean(3));
            found.Add(row.GetString(0), new(status, null, isAnothers ? row.GetGuidOrNull(2) : null));
        }

        return found;
    }

    private static Intent ReadIntent(NpgsqlDataReader row, long now) => new(
        new(row.Get<Guid>("id"), row.Get<int>("epoch"), row.Get<long>("started_at"), now),
        row.Get<TimeSpan>("age") > SagaLimits.PivotAgeMax,
        row.GetOrNull<string>("traceparent"),
        row.Get<Guid[]>("saga_ids"),
        row.Get<string[]>("order_ids"),
        row.Get<string[]>("user_ids"),
        row.Get<long[]>("totals"));

    private AdoptedBatch Adopted(Intent intent, Dictionary<Guid, FrozenOrder> orders)
    {
        var sagas = new List<CheckoutSaga>();
        for (var i = 0; i < intent.SagaIds.Length; i++)
        {
            var (id, isKnown) = (intent.SagaIds[i], orders.TryGetValue(intent.SagaIds[i], out var order));
            SagaState? adopted;
            try
            {
                adopted = SagaState.Adopted(isKnown ? order.Status : null, intent.IsExpired);
            }
            catch (InvalidDataException e)
            {
                // The other sagas of the batch continue. This one keeps its batch open until a version that knows the status adopts it.
                LogUnknownStatus(logger, id, intent.OrderIds[i], e.Message);
                adopted = new(SagaStep.Fenced, Refusal.None);
            }

            if (adopted is not { } state) continue;
            sagas.Add(new(id, intent.OrderIds[i], intent.UserIds[i], isKnown ? order.Lines : [], intent.Totals[i], intent.Batch, state)
            {
                IsShipped = order.IsShipped,
            });
            intent.Batch.Add();
        }

        return new(intent.Batch, sagas, intent.TraceParent);
    }

    private static short Status(CheckoutSaga saga) => (short)(saga.State.Step switch
    {
        SagaStep.RecordPaid => OrderStatus.Paid,
        SagaStep.RecordFailed => OrderStatus.Open,
        var step => throw new InvalidOperationException($"{step} is not recorded."),
    });

    private static bool IsCounted(CheckoutSaga saga) => saga.IsShipped && saga.State.Step == SagaStep.RecordPaid;

    private static ReservationLine[] Lines(NpgsqlDataReader row, int items, int quantities)
    {
        var (ids, counts) = (row.GetFieldValue<string[]>(items), row.GetFieldValue<long[]>(quantities));
        var lines = new ReservationLine[ids.Length];
        for (var i = 0; i < lines.Length; i++) lines[i] = new(ids[i], counts[i]);
        return lines;
    }

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };

    private static NpgsqlParameter<T[]> Array<T>(IEnumerable<T> values) => new() { TypedValue = [.. values] };

    [LoggerMessage(214, LogLevel.Critical, "Saga {SagaId} of order {OrderId} cannot be recovered by this version: {Reason}")]
    private static partial void LogUnknownStatus(ILogger logger, Guid sagaId, string orderId, string reason);

    private readonly record struct FrozenOrder(OrderStatus Status, ReservationLine[] Lines, bool IsShipped);

    // The database's time, and a timestamp of this process from just before it was read.
    private sealed record Reading(DateTimeOffset Now, long AskedAt);

    private sealed record Intent(
        SagaBatch Batch, bool IsExpired, string? TraceParent, Guid[] SagaIds, string[] OrderIds, string[] UserIds, long[] Totals);
}
