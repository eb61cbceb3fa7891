using System.Diagnostics;
using Order.Api.Checkout.Saga;
using Order.Api.Checkout.Store;
using Order.Api.Orders;
using ServiceDefaults;
using ServiceKit.Batching;

namespace Order.Api.Checkout;

/// <summary>
/// Takes checkouts through their stages, a whole batch at a time. A turn has three calls: one transaction that records what the batch before has come to and
/// begins this one, one call to Stock.Api that commits the batch before and reserves for this one, and one to Payment.Api that charges this one. So each
/// batch's end travels with the next one's beginning, and the clients of a batch have their answers while the next one is with Stock.Api.
/// Sagas that do not go the plain way - no answer, no credit - are driven to their end beside the lane, which never waits for them.
/// </summary>
internal sealed class CheckoutLane(ISagaStore store, CheckoutSagaRunner runner, CheckoutTelemetry telemetry, TimeProvider time)
{
    /// <summary>Works until there is nothing to take. Never throws.</summary>
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
            FinishAside(aside); // last: it moves them, and only one flow may have a saga
        }
    }

    // From here on these sagas move by themselves.
    private void FinishAside(List<CheckoutSaga> sagas)
    {
        if (sagas.Count > 0) _ = FinishAsync(sagas);
    }

    // The sagas that began; calls that did not are answered. Null: nothing is known of the turn. The calls may have begun, and are then adopted.
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
            telemetry.TurnUnknown(0, 0, e); // found without open sagas when its lease has run out
        }
    }

    private static void Answer(CheckoutSaga saga) => saga.Call?.Complete(saga.State switch
    {
        { IsDecided: false } => CheckoutResult.Unknown(saga.Id, CheckoutReasons.Of(saga)),
        { Refusal: Refusal.None } => CheckoutResult.Paid,
        var refused => CheckoutResult.Refused(refused.Refusal),
    });

    // Who has waited too long may have gone; in any case nothing was begun for them.
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
