namespace Order.Api.Orders;

internal sealed record PopularView(PopularItemView[] Items);
