using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;
using Stock.Api.Identity;

namespace Stock.Api.Catalog;

/// <summary>Fills the catalog at startup and retries until it succeeds. Until then the health check <c>catalog</c> keeps the service unready.</summary>
internal sealed partial class CatalogSeeder(
    ProductCatalog catalog, StockIdentity identity, TimeProvider time, ILogger<CatalogSeeder> logger) : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private volatile bool _isDone;

    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_isDone ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!_isDone)
        {
            try
            {
                await identity.EnsureAsync();
                LogFilled(logger, await catalog.SeedAsync());
                _isDone = true;
            }
            catch (Exception e) when (e is RedisException or TimeoutException)
            {
                LogRetry(logger, e.Message);
                await Task.Delay(RetryPause, time, stoppingToken);
            }
        }
    }

    [LoggerMessage(321, LogLevel.Information, "The catalog has {Products} products")]
    private static partial void LogFilled(ILogger logger, long products);

    [LoggerMessage(322, LogLevel.Warning, "Filling the catalog failed and will be retried: {Reason}")]
    private static partial void LogRetry(ILogger logger, string reason);
}
