namespace Order.Api.Orders;

internal sealed record PlaceLine(string Item, long Quantity);
