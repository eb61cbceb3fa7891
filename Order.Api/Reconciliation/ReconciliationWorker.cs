using Microsoft.Extensions.Options;
using ServiceKit.Postgres;

namespace Order.Api.Reconciliation;

/// <summary>Runs the reconciliation in the background, on one replica at a time.</summary>
internal sealed partial class ReconciliationWorker(
    DatabaseSchema schema,
    Reconciler reconciler,
    OrderAudit orders,
    IOptions<ReconciliationOptions> options,
    TimeProvider time,
    ILogger<ReconciliationWorker> logger) : BackgroundService
{
    private static readonly TimeSpan RunTimeMax = TimeSpan.FromHours(6);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.Ready.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(options.Value.Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                limit.CancelAfter(RunTimeMax);
                await using var alone = await orders.TryLockAsync(limit.Token);
                if (alone is not null) await reconciler.RunAsync(options.Value.Rest, limit.Token);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, e);
            }
        }
    }

    [LoggerMessage(223, LogLevel.Warning, "The reconciliation failed and will be retried")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
