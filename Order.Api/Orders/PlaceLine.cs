namespace Order.Api.Orders;

/// <param name="Item">Item ID.</param>
/// <param name="Quantity">Pieces, at least 1.</param>
/// <param name="Price">The price of one piece that the buyer saw; null to buy at any price.</param>
internal sealed record PlaceLine(string Item, long Quantity, long? Price = null);
