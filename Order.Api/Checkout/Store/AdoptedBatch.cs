using Order.Api.Checkout.Saga;

namespace Order.Api.Checkout.Store;

/// <summary>An adopted batch with its open sagas.</summary>
internal sealed record AdoptedBatch(SagaBatch Batch, IReadOnlyList<CheckoutSaga> Sagas, string? TraceParent);
