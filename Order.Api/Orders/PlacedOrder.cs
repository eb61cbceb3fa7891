using Order.Api.Checkout.Saga;

namespace Order.Api.Orders;

/// <summary>An order placed through the storefront, with everything that a page shows of it.</summary>
/// <param name="Id">Order ID.</param>
/// <param name="UserId">The user who pays.</param>
/// <param name="Status">The status of the order.</param>
/// <param name="Refusal">Why its latest checkout failed.</param>
/// <param name="Lines">Items, quantities and costs.</param>
/// <param name="TotalCost">The cost of all lines.</param>
/// <param name="Shipping">The destination; null if the order was not placed through the storefront.</param>
/// <param name="PlacedAt">When the order was placed; null if the order was not placed through the storefront.</param>
internal sealed record PlacedOrder(
    string Id, string UserId, OrderStatus Status, Refusal Refusal, OrderLine[] Lines, long TotalCost, Shipping? Shipping, DateTime? PlacedAt);
