using Order.Api.Checkout.Saga;

namespace Order.Api.Checkout.Store;

/// <summary>A batch that was taken over, with its sagas; those that had ended already are left out.</summary>
internal sealed record AdoptedBatch(SagaBatch Batch, IReadOnlyList<CheckoutSaga> Sagas, string? TraceParent);
