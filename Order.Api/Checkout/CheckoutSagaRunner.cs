using System.Net;
using Order.Api.Checkout.Participants;
using Order.Api.Checkout.Saga;
using Order.Api.Checkout.Store;
using ServiceDefaults;

namespace Order.Api.Checkout;

/// <summary>Runs the next step of any number of sagas at once. Sagas with the same participant share a call.</summary>
internal sealed partial class CheckoutSagaRunner(
    ISagaStore store, IStock stock, IPayment payment, CheckoutTelemetry telemetry, TimeProvider time, ILogger<CheckoutSagaRunner> logger)
{
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PauseMax = TimeSpan.FromMilliseconds(500);

    private readonly LogThrottle _unknown = new(time);

    /// <summary>
    /// Drives sagas until each has reached its target or its end, or until <see cref="SagaLimits.RunTimeMax"/> has passed since it was leased. Never throws
    /// because of a participant or the database: a saga that makes no progress or gets an invalid answer is left to the replica that adopts it.
    /// </summary>
    /// <param name="sagas">Owned by the caller alone.</param>
    /// <param name="isThere">Whether a saga has reached its target.</param>
    public async Task RunAsync(IReadOnlyList<CheckoutSaga> sagas, Func<SagaState, bool> isThere)
    {
        var pause = PauseMin;
        while (true)
        {
            var due = sagas.Where(saga => saga is { State.IsOver: false, IsStuck: false } && !isThere(saga.State) && HasTime(saga))
                .GroupBy(static saga => SagaCommand.Of(saga.State.Step)!.Participant).OrderBy(static group => group.Key).ToList();
            if (due.Count == 0) return;
            var moved = false;
            foreach (var group in due)
            {
                CheckoutSaga[] members = [.. group];
                moved |= await (group.Key switch
                {
                    Participant.Stock => AskInPartsAsync("stock", members, stock.AskAsync, Outcomes.EventOf),
                    Participant.Payment => AskInPartsAsync("payment", members, payment.AskAsync, Outcomes.EventOf),
                    Participant.Store => RecordAsync(members),
                });
            }

            if (moved)
            {
                pause = PauseMin;
                continue;
            }

            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), time);
            pause = pause * 2 < PauseMax ? pause * 2 : PauseMax;
        }
    }

    /// <summary>Sends each saga's next command to Stock.Api. Sagas with an unknown outcome keep their step.</summary>
    public async Task AskStockAsync(IReadOnlyList<CheckoutSaga> sagas) => await AskAsync("stock", sagas, stock.AskAsync, Outcomes.EventOf);

    /// <summary>Sends each saga's next command to Payment.Api. Sagas with an unknown outcome keep their step.</summary>
    public async Task AskPaymentAsync(IReadOnlyList<CheckoutSaga> sagas) => await AskAsync("payment", sagas, payment.AskAsync, Outcomes.EventOf);

    /// <summary>Applies the outcome of its record to each saga.</summary>
    public void HearRecorded(IReadOnlyList<CheckoutSaga> sagas, SagaEvent[] heard)
    {
        Hear(sagas, heard, static heard => heard);
        foreach (var saga in sagas)
        {
            if (saga.State.IsDecided) telemetry.Decided(saga.State.Refusal);
        }
    }

    private async Task<bool> RecordAsync(IReadOnlyList<CheckoutSaga> sagas)
    {
        var (moved, _) = await AskAsync(
            "record", sagas, async sagas => (await store.TurnAsync(new(sagas, [], []))).Recorded, static heard => heard);
        foreach (var saga in sagas)
        {
            if (saga.State.IsDecided) telemetry.Decided(saga.State.Refusal);
        }

        return moved;
    }

    // One saga can make a call for many fail. Splitting the call in halves keeps that saga from blocking the others.
    private async Task<bool> AskInPartsAsync<TOutcome>(
        string step, CheckoutSaga[] sagas, Func<IReadOnlyList<CheckoutSaga>, Task<TOutcome[]>> askAsync, Func<TOutcome, SagaEvent> eventOf)
    {
        var (moved, hasFailed) = await AskAsync(step, sagas, askAsync, eventOf);
        if (!hasFailed || sagas.Length < 2 || !HasTime(sagas[0])) return moved;
        var half = sagas.Length / 2;
        return await AskInPartsAsync(step, [.. sagas.Take(half)], askAsync, eventOf)
            | await AskInPartsAsync(step, [.. sagas.Skip(half)], askAsync, eventOf);
    }

    // HasFailed: the participant answered, but this call failed. Whether any of it was carried out is as unknown as without an answer.
    private async Task<(bool Moved, bool HasFailed)> AskAsync<TOutcome>(
        string step, IReadOnlyList<CheckoutSaga> sagas, Func<IReadOnlyList<CheckoutSaga>, Task<TOutcome[]>> askAsync, Func<TOutcome, SagaEvent> eventOf)
    {
        if (sagas.Count == 0) return default;
        var startedAt = time.GetTimestamp();
        try
        {
            var outcomes = await askAsync(sagas);
            telemetry.StepEnded(step, time.GetElapsedTime(startedAt));
            return (Hear(sagas, outcomes, eventOf), false);
        }
        catch (Exception e)
        {
            // The command may have been carried out, whatever the exception. The sagas keep their step and retry.
            telemetry.StepUnknown(step, sagas.Count);
            if (_unknown.TryEnter(out var skipped))
                LogUnknown(logger, step, sagas.Count, sagas[0].Id, sagas[0].OrderId, e.GetType().Name, e.Message, skipped);
            // The request is malformed, so a retry cannot succeed. An error in the participant (500) may pass.
            if (sagas.Count == 1 && e is HttpRequestException { StatusCode: HttpStatusCode.BadRequest }) Stop(sagas[0], e);
            return (false, e is HttpRequestException { StatusCode: HttpStatusCode.BadRequest or HttpStatusCode.InternalServerError });
        }
    }

    private bool Hear<TOutcome>(IReadOnlyList<CheckoutSaga> sagas, TOutcome[] outcomes, Func<TOutcome, SagaEvent> eventOf)
    {
        var moved = false;
        for (var i = 0; i < outcomes.Length; i++)
        {
            var (saga, before) = (sagas[i], sagas[i].State);
            try
            {
                saga.Hear(eventOf(outcomes[i]));
                moved |= saga.State != before;
            }
            catch (Exception e) when (e is InvalidDataException or InvalidOperationException)
            {
                Stop(saga, e);
            }
        }

        return moved;
    }

    private void Stop(CheckoutSaga saga, Exception reason)
    {
        saga.GetStuck();
        LogStuck(logger, saga.Id, saga.OrderId, saga.State.Step, reason.Message);
    }

    private bool HasTime(CheckoutSaga saga) => time.GetElapsedTime(saga.Batch.LeasedAt) < SagaLimits.RunTimeMax;

    [LoggerMessage(201, LogLevel.Warning, "Step {Step} of {Sagas} sagas has an unknown outcome and will be retried; first: saga {SagaId} of order {OrderId}. "
        + "{Exception}: {Message} ({Skipped} similar lines suppressed)")]
    private static partial void LogUnknown(
        ILogger logger, string step, int sagas, Guid sagaId, string orderId, string exception, string message, int skipped);

    [LoggerMessage(202, LogLevel.Critical, "Saga {SagaId} of order {OrderId} is stuck at {Step} until recovery retries it: {Reason}")]
    private static partial void LogStuck(ILogger logger, Guid sagaId, string orderId, SagaStep step, string reason);
}
