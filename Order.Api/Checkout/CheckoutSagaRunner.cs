namespace Order.Api.Checkout;

/// <summary>Asks for what sagas are to do next, for any number of sagas at once: those that are to ask the same one travel in one call.</summary>
internal sealed partial class CheckoutSagaRunner(
    ISagaStore store, IStock stock, IPayment payment, CheckoutTelemetry telemetry, TimeProvider time, ILogger<CheckoutSagaRunner> logger)
{
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Drives sagas until each is where it should be, or over, or <see cref="SagaLimits.RunTimeMax"/> has passed since it was leased. Never throws for what
    /// a participant or the database does: a saga that gets no further is left to whoever adopts it.
    /// </summary>
    /// <param name="sagas">The caller's alone.</param>
    /// <param name="isThere">Where to stop.</param>
    public async Task RunAsync(IReadOnlyList<CheckoutSaga> sagas, Func<SagaState, bool> isThere)
    {
        var pause = PauseMin;
        while (true)
        {
            var due = sagas.Where(saga => !saga.State.IsOver && !isThere(saga.State) && time.GetElapsedTime(saga.Batch.LeasedAt) < SagaLimits.RunTimeMax)
                .ToLookup(static saga => WhoOf(saga.State.Step));
            if (due.Count == 0) return;
            var moved = false;
            if (due.Contains(Who.Stock)) moved |= await AskStockAsync([.. due[Who.Stock]]);
            if (due.Contains(Who.Payment)) moved |= await AskPaymentAsync([.. due[Who.Payment]]);
            if (due.Contains(Who.Store)) moved |= await RecordAsync([.. due[Who.Store]]);
            if (moved)
            {
                pause = PauseMin;
                continue;
            }

            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), time);
            pause = pause * 2 < PauseMax ? pause * 2 : PauseMax;
        }
    }

    /// <summary>Has Stock.Api do what each saga is to do next. True when one has moved on; those with an unknown outcome have not.</summary>
    public Task<bool> AskStockAsync(IReadOnlyList<CheckoutSaga> sagas) => AskAsync("stock", sagas, stock.AskAsync);

    /// <summary>Has Payment.Api do what each saga is to do next. True when one has moved on; those with an unknown outcome have not.</summary>
    public Task<bool> AskPaymentAsync(IReadOnlyList<CheckoutSaga> sagas) => AskAsync("payment", sagas, payment.AskAsync);

    /// <summary>Lets each saga know what came of its record.</summary>
    public void HearRecorded(IReadOnlyList<CheckoutSaga> sagas, SagaEvent[] heard)
    {
        Hear(sagas, heard);
        foreach (var saga in sagas)
        {
            if (saga.State.IsDecided) telemetry.Decided(saga.State.Refusal);
        }
    }

    private async Task<bool> RecordAsync(IReadOnlyList<CheckoutSaga> sagas)
    {
        var moved = await AskAsync("record", sagas, async sagas => (await store.TurnAsync(new(sagas, [], []))).Recorded);
        foreach (var saga in sagas)
        {
            if (saga.State.IsDecided) telemetry.Decided(saga.State.Refusal);
        }

        return moved;
    }

    private async Task<bool> AskAsync(string step, IReadOnlyList<CheckoutSaga> sagas, Func<IReadOnlyList<CheckoutSaga>, Task<SagaEvent[]>> askAsync)
    {
        if (sagas.Count == 0) return false;
        var startedAt = time.GetTimestamp();
        try
        {
            var heard = await askAsync(sagas);
            telemetry.StepEnded(step, time.GetElapsedTime(startedAt));
            return Hear(sagas, heard);
        }
        catch (Exception e)
        {
            // Whatever it was: the command may have been carried out. The sagas stay where they are, and ask again.
            telemetry.StepUnknown(step, sagas.Count);
            LogUnknown(logger, step, sagas.Count, sagas[0].Id, sagas[0].OrderId, e);
            return false;
        }
    }

    private bool Hear(IReadOnlyList<CheckoutSaga> sagas, SagaEvent[] heard)
    {
        var moved = false;
        for (var i = 0; i < heard.Length; i++)
        {
            var (saga, before) = (sagas[i], sagas[i].State);
            try
            {
                saga.Hear(heard[i]);
                moved |= saga.State != before;
            }
            catch (InvalidOperationException e)
            {
                LogBrokenPromise(logger, saga.Id, saga.OrderId, e.Message);
            }
        }

        return moved;
    }

    private static Who WhoOf(SagaStep step) => step switch
    {
        SagaStep.Reserve or SagaStep.Commit or SagaStep.Release => Who.Stock,
        SagaStep.Charge or SagaStep.Refund => Who.Payment,
        SagaStep.RecordPaid or SagaStep.RecordFailed => Who.Store,
        _ => throw new InvalidOperationException($"{step} is no command."),
    };

    private enum Who
    {
        Stock,
        Payment,
        Store,
    }

    [LoggerMessage(201, LogLevel.Debug, "{Step} of {Sagas} sagas has no known outcome, among them saga {SagaId} of order {OrderId}")]
    private static partial void LogUnknown(ILogger logger, string step, int sagas, Guid sagaId, string orderId, Exception exception);

    [LoggerMessage(202, LogLevel.Critical, "Saga {SagaId} of order {OrderId} cannot go on: {Reason}")]
    private static partial void LogBrokenPromise(ILogger logger, Guid sagaId, string orderId, string reason);
}
