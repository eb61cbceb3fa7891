namespace Order.Api.Checkout;

/// <summary>Carries out what sagas are to do next, for any number of sagas at once: those at one step travel in one call.</summary>
internal sealed partial class CheckoutSagaRunner(
    CheckoutSagaStore store, StockClient stock, PaymentClient payment, CheckoutTelemetry telemetry, TimeProvider time, ILogger<CheckoutSagaRunner> logger)
{
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Drives sagas until each is where it should be, or over, or <see cref="SagaLimits.RunTimeMax"/> has passed since <paramref name="leasedAt"/>. Never
    /// throws
    /// for what a participant or the database does: a saga that gets no further is left to whoever adopts it.
    /// </summary>
    /// <param name="sagas">The caller's alone.</param>
    /// <param name="isThere">Where to stop.</param>
    /// <param name="leasedAt">A timestamp from before the lease was taken.</param>
    public async Task RunAsync(IReadOnlyList<CheckoutSaga> sagas, Func<SagaState, bool> isThere, long leasedAt)
    {
        var pause = PauseMin;
        while (true)
        {
            var due = sagas.Where(saga => !saga.State.IsOver && !isThere(saga.State)).GroupBy(static saga => saga.State.Step).ToArray();
            if (due.Length == 0 || time.GetElapsedTime(leasedAt) > SagaLimits.RunTimeMax) return;
            var moved = false;
            foreach (var group in due) moved |= await StepAsync(group.Key, [.. group]);
            if (moved)
            {
                pause = PauseMin;
                continue;
            }

            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), time);
            pause = pause * 2 < PauseMax ? pause * 2 : PauseMax;
        }
    }

    // True when at least one saga has moved on.
    private async Task<bool> StepAsync(SagaStep step, CheckoutSaga[] sagas)
    {
        var startedAt = time.GetTimestamp();
        SagaEvent[] heard;
        try
        {
            heard = await AskAsync(step, sagas);
        }
        catch (Exception e)
        {
            // Whatever it was: the command may have been carried out. The saga stays where it is, and asks again.
            telemetry.StepUnknown(step, sagas.Length);
            LogUnknown(logger, step, sagas.Length, sagas[0].Id, sagas[0].OrderId, e);
            return false;
        }

        telemetry.StepEnded(step, time.GetElapsedTime(startedAt));
        var moved = false;
        for (var i = 0; i < sagas.Length; i++) moved |= Hear(sagas[i], heard[i]);
        return moved;
    }

    private Task<SagaEvent[]> AskAsync(SagaStep step, CheckoutSaga[] sagas) => step switch
    {
        SagaStep.Reserve => stock.ReserveAsync(sagas),
        SagaStep.Charge => payment.ChargeAsync(sagas),
        SagaStep.Refund => payment.RefundAsync(sagas),
        SagaStep.Release => stock.ReleaseAsync(sagas),
        SagaStep.Commit => stock.CommitAsync(sagas),
        SagaStep.RecordPaid or SagaStep.RecordFailed => HearRecordedAsync(sagas, store.RecordAsync(sagas)),
        SagaStep.RecordCompleted => HearRecordedAsync(sagas, store.CompleteAsync(sagas)),
        _ => throw new InvalidOperationException($"{step} is no command."),
    };

    private static async Task<SagaEvent[]> HearRecordedAsync(CheckoutSaga[] sagas, Task<HashSet<Guid>> recording)
    {
        var recorded = await recording;
        return Array.ConvertAll(sagas, saga => recorded.Contains(saga.Id) ? SagaEvent.Recorded : SagaEvent.Overtaken);
    }

    private bool Hear(CheckoutSaga saga, SagaEvent heard)
    {
        var before = saga.State;
        try
        {
            saga.Hear(heard);
        }
        catch (InvalidOperationException e)
        {
            LogBrokenPromise(logger, saga.Id, saga.OrderId, e.Message);
            return false;
        }

        if (before.Step is SagaStep.RecordPaid or SagaStep.RecordFailed && saga.State.IsDecided) telemetry.Decided(saga.State.Refusal);
        return saga.State != before;
    }

    [LoggerMessage(201, LogLevel.Debug, "{Step} of {Sagas} sagas has no known outcome, among them saga {SagaId} of order {OrderId}")]
    private static partial void LogUnknown(ILogger logger, SagaStep step, int sagas, Guid sagaId, string orderId, Exception exception);

    [LoggerMessage(202, LogLevel.Critical, "Saga {SagaId} of order {OrderId} cannot go on: {Reason}")]
    private static partial void LogBrokenPromise(ILogger logger, Guid sagaId, string orderId, string reason);
}
