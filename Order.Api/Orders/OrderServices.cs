namespace Order.Api.Orders;

internal static class OrderServices
{
    public static void AddOrders(this IServiceCollection services) => services
        .AddSingleton<OrderStore>()
        .AddSingleton<OrdersAtRest>()
        .AddSingleton<OrderBatch>()
        .AddSingleton<OrderReset>()
        .AddSingleton<PlacedOrders>();
}
