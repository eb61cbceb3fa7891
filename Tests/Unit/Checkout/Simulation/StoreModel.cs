extern alias OrderApi;

using OrderApi::Order.Api.Checkout;
using OrderApi::Order.Api.Checkout.Participants;
using OrderApi::Order.Api.Checkout.Saga;
using OrderApi::Order.Api.Checkout.Store;
using OrderApi::Order.Api.Orders;

namespace Tests.Unit.Checkout.Simulation;

/// <summary>
/// A replica's access to the database: the statements of PostgresSagaStore in the same order. Each is a separate call that can fail, or be executed with its
/// confirmation lost.
/// </summary>
internal sealed class StoreModel(Process process, Network network, Server server, Database database, Journal journal, Bug bug)
    : ISagaStore
{
    private const int AttemptsMax = 2;

    private static readonly TimeSpan CommandTimeMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(50);

    private (DateTimeOffset Now, long AskedAt)? _reading;

    /// <inheritdoc/>
    public async ValueTask<DateTimeOffset> NowAsync()
    {
        if (_reading is null)
        {
            var askedAt = process.Time.GetTimestamp();
            _reading = (await CallAsync("", () => database.Now), askedAt);
        }

        return _reading.Value.Now + process.Time.GetElapsedTime(_reading.Value.AskedAt);
    }

    /// <inheritdoc/>
    public async Task<TurnResult> TurnAsync(Turn turn)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TurnOnceAsync(turn);
            }
            catch (TimeoutException) when ((turn.Begin.Count == 0 || bug == Bug.BeginsAgain) && attempt < AttemptsMax)
            {
                await Task.Delay(RetryPause, process.Time);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<List<AdoptedBatch>> AdoptAsync(int max, long now)
    {
        var intents = await CallAsync("", () => database.Adopt(max));
        if (intents.Count == 0) return [];
        journal.Write($"{process.Name} adopts {string.Join(' ', intents.Select(one => $"{journal.Name(one.Batch, 'B')} (epoch {one.Epoch})"))}");
        var orders = await CallAsync("find sagas", () => database.FindSagas(intents.SelectMany(static one => one.Members)));
        return intents.ConvertAll(intent => Adopted(intent, now, orders));
    }

    /// <inheritdoc/>
    public Task<CheckoutResult?> FindOutcomeAsync(string order, Guid saga) => CallAsync("", () => database.FindOutcome(order, saga));

    /// <summary>See <see cref="Database.NoneOpenBefore"/>.</summary>
    public Task<long> NoneOpenBeforeAsync() => CallAsync("", database.NoneOpenBefore);

    private async Task<TurnResult> TurnOnceAsync(Turn turn)
    {
        var record = turn.Record.Select(static saga => new RecordRow(
            saga.Id, saga.OrderId, saga.Batch.Id, saga.Batch.Epoch, saga.State.Step == SagaStep.RecordPaid ? OrderStatus.Paid : OrderStatus.Open,
            saga.State.Refusal)).ToArray();
        var ended = turn.Ended.Select(static batch => (batch.Id, batch.Epoch)).ToArray();
        var begin = turn.Begin.ToArray();
        var leasedAt = process.Time.GetTimestamp();
        var what = journal.IsKept ? $"turn: records {Names(record.Select(static row => row.Saga))}, ends {ended.Length}, begins {begin.Length}" : "turn";
        var (recorded, begun) = await CallAsync(what, () => database.Write(record, ended, begin, turn.BatchId, turn.TraceParent))
            ?? throw new InvalidOperationException("There is a batch of that id already.");
        if (recorded.Count < record.Length)
            recorded.AddRange(await CallAsync("find records", () => database.FindRecords(record.Where(row => !recorded.Contains(row.Saga)))));
        var sagas = Begun(turn, begun, leasedAt);
        var missing = begin.Select(static call => call.OrderId).Where(id => !sagas.ContainsKey(id)).ToArray();
        var others = missing.Length == 0 ? [] : await CallAsync("find orders", () => database.FindOrders(missing));
        return new(
            [.. record.Select(row => recorded.Contains(row.Saga) ? SagaEvent.Recorded : SagaEvent.Overtaken)],
            [.. begin.Select(call => sagas.GetValueOrDefault(call.OrderId) is { } saga
                ? new(OrderStatus.Open, saga, null) : others.GetValueOrDefault(call.OrderId))]);
    }

    private static Dictionary<string, CheckoutSaga> Begun(Turn turn, List<BegunRow> rows, long leasedAt)
    {
        var sagas = new Dictionary<string, CheckoutSaga>();
        SagaBatch? batch = null;
        foreach (var row in rows)
        {
            batch ??= new(turn.BatchId, 1, row.StartedAt, leasedAt);
            batch.Add();
            var call = turn.Begin.First(call => call.OrderId == row.Order);
            sagas.Add(row.Order, new(row.Saga, row.Order, row.User, row.Lines, row.Total, batch, SagaState.Started, call));
        }

        return sagas;
    }

    private static AdoptedBatch Adopted(IntentRow intent, long now, Dictionary<Guid, (OrderStatus Status, ReservationLine[] Lines)> orders)
    {
        var batch = new SagaBatch(intent.Batch, intent.Epoch, intent.StartedAt, now);
        var sagas = new List<CheckoutSaga>();
        foreach (var member in intent.Members)
        {
            var isKnown = orders.TryGetValue(member.Saga, out var order);
            if (SagaState.Adopted(isKnown ? order.Status : null, intent.IsExpired) is not { } state) continue;
            sagas.Add(new(member.Saga, member.Order, member.User, isKnown ? order.Lines : [], member.Total, batch, state));
            batch.Add();
        }

        return new(batch, sagas, intent.TraceParent);
    }

    private Task<T> CallAsync<T>(string what, Func<T> statement) =>
        network.CallAsync<T>(process, server, CommandTimeMax, repeats: false, what, reply => reply(statement()));

    private string Names(IEnumerable<Guid> sagas) => string.Join(' ', sagas.Select(saga => journal.Name(saga, 'S')));
}
