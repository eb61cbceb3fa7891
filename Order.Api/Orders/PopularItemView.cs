namespace Order.Api.Orders;

internal sealed record PopularItemView(string Item, long Quantity);
