using Order.Api.Checkout.Saga;

namespace Order.Api.Orders;

/// <summary>An order that the storefront took, with all that a page shows of it.</summary>
/// <param name="Id">Of the order.</param>
/// <param name="UserId">Who pays.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Refusal">Why its latest checkout failed.</param>
/// <param name="Lines">Items, quantities and costs.</param>
/// <param name="TotalCost">Of all lines.</param>
/// <param name="Shipping">Where it goes; null for an order that the storefront did not take.</param>
/// <param name="PlacedAt">When the storefront took it.</param>
internal sealed record PlacedOrder(
    string Id, string UserId, OrderStatus Status, Refusal Refusal, OrderLine[] Lines, long TotalCost, Shipping? Shipping, DateTime? PlacedAt);
