using Order.Api.Checkout.Participants;
using Order.Api.Checkout.Store;
using ServiceKit.Postgres;

namespace Order.Api.Checkout;

/// <summary>
/// Periodically recovers sagas that their owner did not complete, whichever replica that was. Also tells Stock.Api which records it no longer needs.
/// </summary>
internal sealed partial class CheckoutSagaWorker(
    DatabaseSchema schema,
    PostgresSagaStore store,
    CheckoutRecovery recovery,
    StockClient stock,
    CheckoutKeys keys,
    TimeProvider time,
    ILogger<CheckoutSagaWorker> logger) : BackgroundService
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ForgetPeriod = TimeSpan.FromSeconds(5);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Ready.WaitAsync(stoppingToken);
        var forgottenAt = time.GetTimestamp();
        using var timer = new PeriodicTimer(LookPeriod, time);
        do
        {
            try
            {
                await recovery.RunAsync();
                if (time.GetElapsedTime(forgottenAt) < ForgetPeriod) continue;
                forgottenAt = time.GetTimestamp();
                await stock.ForgetAsync(await store.NoneOpenBeforeAsync(stoppingToken), stoppingToken);
                await keys.ForgetAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogRetry(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(213, LogLevel.Warning, "Recovery failed and will be retried")]
    private static partial void LogRetry(ILogger logger, Exception exception);
}
