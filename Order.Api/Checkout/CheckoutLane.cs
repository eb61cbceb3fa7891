using System.Diagnostics;
using Order.Api.Checkout.Saga;
using Order.Api.Checkout.Store;
using Order.Api.Orders;
using ServiceDefaults;
using ServiceKit.Batching;

namespace Order.Api.Checkout;

/// <summary>
/// Processes checkouts in batches. Each turn makes three calls: a transaction that records the outcomes of the previous batch and begins this one, a call to
/// Stock.Api that commits the previous batch and reserves for this one, and a call to Payment.Api that charges this one. Because the end of one batch shares
/// its calls with the start of the next, clients get their answers while the next batch is at Stock.Api.
/// Sagas that leave the happy path (no answer, not enough credit) are completed in the background. The lane never waits for them.
/// </summary>
internal sealed class CheckoutLane(ISagaStore store, CheckoutSagaRunner runner, CheckoutTelemetry telemetry, TimeProvider time)
{
    /// <summary>Runs turns until the queue is empty. Never throws.</summary>
    public async Task RunAsync(Batcher<CheckoutCall> queue)
    {
        List<CheckoutSaga> decided = [];
        List<SagaBatch> ended = [];
        while (true)
        {
            var calls = Fresh(queue.Take());
            if (calls.Count == 0 && decided.Count == 0 && ended.Count == 0) return;
            using var activity = CheckoutTelemetry.StartTurn(calls, decided, ended);
            if (await TurnAsync(decided, ended, calls, activity) is not { } begun)
            {
                FinishAside(decided);
                (decided, ended) = ([], []);
                continue;
            }

            decided.RemoveAll(static saga => saga.State.Step is SagaStep.RecordPaid or SagaStep.RecordFailed or SagaStep.Fenced);
            List<CheckoutSaga> asking = [.. decided.Where(static saga => saga.State.Step == SagaStep.Commit), .. begun];
            var stock = runner.AskStockAsync(asking);
            foreach (var saga in decided) Answer(saga);
            await stock;
            if (begun.Count > 0) await runner.AskPaymentAsync([.. begun.Where(static saga => saga.State.Step == SagaStep.Charge)]);
            ended = [.. decided.Where(static saga => saga.State.Step == SagaStep.Ended && saga.Batch.End()).Select(static saga => saga.Batch)];
            List<CheckoutSaga> aside = [.. decided.Concat(begun).Where(static saga => !IsPlain(saga.State.Step))];
            decided = begun.FindAll(static saga => saga.State.Step is SagaStep.RecordPaid or SagaStep.RecordFailed);
            FinishAside(aside); // last: this changes the sagas, and a saga may belong to only one flow
        }
    }

    // Hands the sagas over to a background task, which owns them from here on.
    private void FinishAside(List<CheckoutSaga> sagas)
    {
        if (sagas.Count > 0) _ = FinishAsync(sagas);
    }

    // Returns the sagas that began; the other calls are answered here. Null means the outcome is unknown: the calls may have begun and will then be adopted.
    private async Task<List<CheckoutSaga>?> TurnAsync(List<CheckoutSaga> decided, List<SagaBatch> ended, List<CheckoutCall> calls, Activity? activity)
    {
        var begun = new List<CheckoutSaga>(calls.Count);
        TurnResult result;
        var startedAt = time.GetTimestamp();
        try
        {
            var now = await store.NowAsync();
            foreach (var call in calls) call.Begin(now);
            result = await store.TurnAsync(new(decided, ended, calls, Guid.CreateVersion7(), activity is { Recorded: true } ? activity.Id : null));
        }
        catch (Exception e)
        {
            telemetry.TurnUnknown(decided.Count, calls.Count, e);
            foreach (var call in calls) call.Complete(CheckoutResult.Unknown(call.SagaId, UnavailableReasons.Database));
            return null;
        }

        telemetry.StepEnded("turn", time.GetElapsedTime(startedAt));
        runner.HearRecorded(decided, result.Recorded);
        foreach (var saga in decided)
        {
            if (saga.State.Step == SagaStep.Fenced) Answer(saga);
        }

        for (var i = 0; i < calls.Count; i++)
        {
            var (order, saga, other) = result.Begun[i];
            if (saga is not null) begun.Add(saga);
            else if (other is { } another) calls[i].Complete(CheckoutResult.Unknown(another, CheckoutReasons.Elsewhere));
            else AnswerNotBegun(calls[i], order);
        }

        return begun;
    }

    private static void AnswerNotBegun(CheckoutCall call, OrderStatus? order)
    {
        switch (order)
        {
            case null: call.Complete(new(CheckoutStatus.UnknownOrder)); break;
            case OrderStatus.Paid: call.Complete(CheckoutResult.Paid); break;
            case OrderStatus.Open: call.Complete(new(CheckoutStatus.EmptyOrder)); break;
            default: call.Fail(new InvalidDataException($"Order {call.OrderId} has the status {(short)order}, and no checkout.")); break;
        }
    }

    private async Task FinishAsync(List<CheckoutSaga> sagas)
    {
        await runner.RunAsync(sagas, static state => state.IsDecided);
        foreach (var saga in sagas) Answer(saga);
        await runner.RunAsync(sagas, static state => state.IsOver);
        List<SagaBatch> ended = [.. sagas.Where(static saga => saga.State.Step == SagaStep.Ended && saga.Batch.End()).Select(static saga => saga.Batch)];
        if (ended.Count == 0) return;
        try
        {
            await store.TurnAsync(new([], ended, []));
        }
        catch (Exception e)
        {
            telemetry.TurnUnknown(0, 0, e); // adoption finds no open sagas in the batch once its lease expires
        }
    }

    private static void Answer(CheckoutSaga saga) => saga.Call?.Complete(saga.State switch
    {
        { IsDecided: false } => CheckoutResult.Unknown(saga.Id, CheckoutReasons.Of(saga)),
        { Refusal: Refusal.None } => CheckoutResult.Paid,
        var refused => CheckoutResult.Refused(refused.Refusal),
    });

    // Rejects calls that waited too long. Their clients may be gone, and nothing was begun for them.
    private List<CheckoutCall> Fresh(IReadOnlyList<CheckoutCall> calls)
    {
        var fresh = new List<CheckoutCall>(calls.Count);
        foreach (var call in calls)
        {
            if (time.GetElapsedTime(call.AskedAt) < SagaLimits.QueueTimeMax) fresh.Add(call);
            else call.Complete(CheckoutResult.Overloaded(CheckoutReasons.QueueTimedOut));
        }

        return fresh;
    }

    private static bool IsPlain(SagaStep step) => step is SagaStep.RecordPaid or SagaStep.RecordFailed or SagaStep.Ended or SagaStep.Fenced;
}
