namespace Order.Api.Orders;

/// <param name="Item">Item ID.</param>
/// <param name="Quantity">At least 1.</param>
/// <param name="Cost">Of all pieces, at the prices at which they were added.</param>
internal readonly record struct OrderLine(string Item, long Quantity, long Cost);
