using Order.Api.Checkout.Saga;
using Order.Api.Orders;

namespace Order.Api.Checkout.Store;

/// <param name="Order">The status in which the order was found, or null if it does not exist.</param>
/// <param name="Saga">The new saga, if one began.</param>
/// <param name="Other">The saga that is already checking out the order, if there is one.</param>
internal readonly record struct BeginResult(OrderStatus? Order, CheckoutSaga? Saga, Guid? Other);
