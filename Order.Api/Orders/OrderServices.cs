namespace Order.Api.Orders;

/// <summary>Registers orders.</summary>
internal static class OrderServices
{
    /// <summary>Adds what stores, lists and resets orders.</summary>
    public static void AddOrders(this IServiceCollection services) => services
        .AddSingleton<OrderStore>()
        .AddSingleton<OrdersAtRest>()
        .AddSingleton<OrderBatch>()
        .AddSingleton<OrderReset>()
        .AddSingleton<PlacedOrders>();
}
