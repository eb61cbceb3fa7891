using Order.Api.Checkout.Saga;
using Order.Api.Checkout.Store;

namespace Order.Api.Checkout;

/// <summary>Adopts sagas whose lease has expired and completes them.</summary>
internal sealed partial class CheckoutRecovery(
    ISagaStore store, CheckoutSagaRunner runner, CheckoutTelemetry telemetry, TimeProvider time, ILogger<CheckoutRecovery> logger)
{
    private const int AdoptMax = 20; // batches

    // A batch that was adopted this often may be what makes whole calls fail, so it gets calls of its own.
    private const int EpochAlone = 4;

    /// <summary>Recovers all sagas that are due now. Sagas that make no progress are due again when their lease expires.</summary>
    /// <exception cref="Exception">The store failed.</exception>
    public async Task RunAsync()
    {
        while (await RecoverSomeAsync() == AdoptMax) ;
    }

    private async Task<int> RecoverSomeAsync()
    {
        var adopted = await store.AdoptAsync(AdoptMax, time.GetTimestamp());
        if (adopted.Count == 0) return 0;
        using var activity = telemetry.StartRecovery(adopted);
        foreach (var saga in adopted.SelectMany(static batch => batch.Sagas)) LogAdopted(logger, saga.Id, saga.OrderId, saga.State.Step, saga.Batch.Epoch);
        await Task.WhenAll(adopted.GroupBy(static one => one.Batch.Epoch < EpochAlone ? Guid.Empty : one.Batch.Id).Select(group => FinishAsync([.. group])));
        return adopted.Count;
    }

    private async Task FinishAsync(AdoptedBatch[] batches)
    {
        CheckoutSaga[] sagas = [.. batches.SelectMany(static one => one.Sagas)];
        await runner.RunAsync(sagas, static state => state.IsOver);
        foreach (var saga in sagas) LogLeft(logger, saga.Id, saga.OrderId, saga.State.Step, saga.State.Refusal);
        SagaBatch[] ended = [.. batches.Where(static one => one.Sagas.All(static saga => saga.State.Step == SagaStep.Ended)).Select(static one => one.Batch)];
        if (ended.Length > 0) await store.TurnAsync(new([], ended, []));
    }

    [LoggerMessage(211, LogLevel.Information, "Adopted saga {SagaId} of order {OrderId} at {Step}; epoch {Epoch}")]
    private static partial void LogAdopted(ILogger logger, Guid sagaId, string orderId, SagaStep step, int epoch);

    [LoggerMessage(212, LogLevel.Information, "Adopted saga {SagaId} of order {OrderId} is now at {Step}, refusal {Refusal}")]
    private static partial void LogLeft(ILogger logger, Guid sagaId, string orderId, SagaStep step, Refusal refusal);
}
