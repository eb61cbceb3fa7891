using ServiceDefaults;

namespace Order.Api.Reconciliation;

internal static class ReconciliationExtensions
{
    // Comparing all books may take a while; all other calls take milliseconds.
    private static readonly TimeSpan CallTimeMax = TimeSpan.FromSeconds(60);

    /// <summary>Adds the background check and <c>GET /internal/reconciliation</c>. Configuration: <see cref="ReconciliationOptions"/>.</summary>
    public static void AddReconciliation(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ReconciliationOptions>().BindConfiguration("Reconciliation").ValidateOnStart().Validate(
            static options => options.Period > TimeSpan.Zero && options.SagaAgeMax > TimeSpan.Zero && options.Rest >= 0,
            "Reconciliation: Period and SagaAgeMax must be positive, and Rest must not be negative.");
        services.ConfigureHttpJsonOptions(static options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, ReconciliationJson.Default));
        AddClient(AuditClient.Payment, new Uri("http://payment-api"));
        AddClient(AuditClient.Stock, new Uri("http://stock-api"));
        services.AddSingleton<AuditClient>();
        services.AddSingleton<OrderAudit>();
        services.AddSingleton<StockReconciler>();
        services.AddSingleton<ReconciliationTelemetry>();
        services.AddSingleton<Reconciler>();
        services.AddHostedService<ReconciliationWorker>();

        void AddClient(string name, Uri address) => services.AddHttpClient(name, client => (client.BaseAddress, client.Timeout) = (address, CallTimeMax))
            .RemoveResilience();
    }
}
