namespace Order.Api.Orders;

internal sealed record PlacedLineView(string Item, long Quantity, long Cost);
