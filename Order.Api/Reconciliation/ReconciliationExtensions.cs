using ServiceDefaults;

namespace Order.Api.Reconciliation;

/// <summary>Registers the reconciliation.</summary>
internal static class ReconciliationExtensions
{
    // A comparison of all books may take a while; every other call takes milliseconds.
    private static readonly TimeSpan CallTimeMax = TimeSpan.FromSeconds(60);

    /// <summary>Adds the background check and what <c>GET /internal/reconciliation</c> needs. Configuration: <see cref="ReconciliationOptions"/>.</summary>
    public static void AddReconciliation(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ReconciliationOptions>().BindConfiguration("Reconciliation").ValidateOnStart().Validate(
            static options => options.Period > TimeSpan.Zero && options.SagaAgeMax > TimeSpan.Zero && options.Rest >= 0,
            "Reconciliation: Period and SagaAgeMax must be above zero, Rest not below.");
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
