namespace Order.Api.Orders;

internal static class OrderServices
{
    /// <summary>Adds the services that store, list and reset orders.</summary>
    public static void AddOrders(this IServiceCollection services) => services
        .AddSingleton<OrderStore>()
        .AddSingleton<OrdersAtRest>()
        .AddSingleton<OrderBatch>()
        .AddSingleton<OrderReset>()
        .AddSingleton<PlacedOrders>();
}
