using Order.Api.Checkout.Saga;

namespace Order.Api.Checkout.Store;

/// <summary>The writes of one transaction.</summary>
/// <param name="Record">Sagas whose outcome to record: at <see cref="SagaStep.RecordPaid"/> or <see cref="SagaStep.RecordFailed"/>.</param>
/// <param name="Ended">Batches without open sagas.</param>
/// <param name="Begin">Checkouts of distinct orders to begin: their intent is stored and their orders are frozen.</param>
/// <param name="BatchId">The ID of the new batch.</param>
/// <param name="TraceParent">The trace parent of the new batch.</param>
internal readonly record struct Turn(
    IReadOnlyList<CheckoutSaga> Record, IReadOnlyList<SagaBatch> Ended, IReadOnlyList<CheckoutCall> Begin, Guid BatchId = default, string? TraceParent = null);
