using Order.Api.Checkout.Saga;
using Order.Api.Orders;

namespace Order.Api.Checkout.Store;

/// <summary>What came of beginning a checkout.</summary>
/// <param name="Order">How the order was found; null where there is none.</param>
/// <param name="Saga">The new saga, where one has begun.</param>
/// <param name="Other">The saga that has the order in checkout, where there is one.</param>
internal readonly record struct BeginResult(OrderStatus? Order, CheckoutSaga? Saga, Guid? Other);
