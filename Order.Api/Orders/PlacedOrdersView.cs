namespace Order.Api.Orders;

internal sealed record PlacedOrdersView(PlacedOrderView[] Orders);
