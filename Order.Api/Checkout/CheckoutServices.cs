using Order.Api.Checkout.Participants;
using Order.Api.Checkout.Store;

namespace Order.Api.Checkout;

internal static class CheckoutServices
{
    /// <summary>Adds the checkout's services in the order in which a request passes them: queue, lane, store, participants; then recovery.</summary>
    public static void AddCheckout(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<CheckoutKeys>();
        services.AddSingleton<Checkouts>();
        services.AddSingleton<CheckoutLane>();
        services.AddSingleton<CheckoutSagaRunner>();
        services.AddSingleton<CheckoutTelemetry>();
        services.AddSingleton<PostgresSagaStore>();
        services.AddSingleton<ISagaStore>(static services => services.GetRequiredService<PostgresSagaStore>());
        services.AddParticipant(StockClient.Name);
        services.AddSingleton<StockIdentity>();
        services.AddSingleton<StockClient>();
        services.AddSingleton<IStock>(static services => services.GetRequiredService<StockClient>());
        services.AddParticipant(PaymentClient.Name);
        services.AddSingleton<IPayment, PaymentClient>();
        services.AddSingleton<CheckoutRecovery>();
        services.AddHostedService<CheckoutSagaWorker>();
        builder.AddCrashPoint();
    }
}
