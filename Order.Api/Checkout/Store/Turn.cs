using Order.Api.Checkout.Saga;

namespace Order.Api.Checkout.Store;

/// <summary>What is written in one transaction.</summary>
/// <param name="Record">Sagas whose outcome is to be durable: at <see cref="SagaStep.RecordPaid"/> or <see cref="SagaStep.RecordFailed"/>.</param>
/// <param name="Ended">Batches of which no saga is open any more.</param>
/// <param name="Begin">Checkouts of distinct orders that are to begin: their intent, and their orders frozen.</param>
/// <param name="BatchId">Of the new batch.</param>
/// <param name="TraceParent">Of the new batch.</param>
internal readonly record struct Turn(
    IReadOnlyList<CheckoutSaga> Record, IReadOnlyList<SagaBatch> Ended, IReadOnlyList<CheckoutCall> Begin, Guid BatchId = default, string? TraceParent = null);
