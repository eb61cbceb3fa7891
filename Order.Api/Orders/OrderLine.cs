namespace Order.Api.Orders;

/// <summary>One item of an order.</summary>
/// <param name="Item">Its id.</param>
/// <param name="Quantity">1 or more.</param>
/// <param name="Cost">Of all pieces, at the prices when they were added.</param>
internal readonly record struct OrderLine(string Item, long Quantity, long Cost);
