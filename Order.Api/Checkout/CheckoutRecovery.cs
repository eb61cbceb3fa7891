using Order.Api.Checkout.Saga;
using Order.Api.Checkout.Store;

namespace Order.Api.Checkout;

/// <summary>Recovery: takes over the sagas whose lease has run out, and brings them to an end.</summary>
internal sealed partial class CheckoutRecovery(
    ISagaStore store, CheckoutSagaRunner runner, CheckoutTelemetry telemetry, TimeProvider time, ILogger<CheckoutRecovery> logger)
{
    private const int AdoptMax = 20; // batches

    // A batch taken over this often may be the one that makes whole calls fail; it then travels alone.
    private const int EpochAlone = 4;

    /// <summary>Recovers what is due now. Sagas that get no further are due again when their lease has run out.</summary>
    /// <exception cref="Exception">Of the store.</exception>
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
