using ServiceDefaults;

namespace Order.Api.Checkout;

/// <summary>
/// Recovery: brings to an end the sagas whose owner has not, whichever replica it was. Also tells Stock.Api which records it need not keep.
/// </summary>
internal sealed partial class CheckoutSagaWorker(
    DatabaseSchema schema,
    CheckoutSagaStore store,
    CheckoutSagaRunner runner,
    StockClient stock,
    CheckoutTelemetry telemetry,
    TimeProvider time,
    ILogger<CheckoutSagaWorker> logger) : BackgroundService
{
    private const int AdoptMax = 100;

    // A saga taken over this often may be the one that makes whole batches fail; it then travels alone.
    private const int EpochAlone = 4;

    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ForgetPeriod = TimeSpan.FromSeconds(30);

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
                while (await RecoverAsync(stoppingToken) == AdoptMax) ;
                if (time.GetElapsedTime(forgottenAt) < ForgetPeriod) continue;
                forgottenAt = time.GetTimestamp();
                await stock.ForgetAsync(await store.NoneOpenBeforeAsync(stoppingToken), stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogRetry(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<int> RecoverAsync(CancellationToken cancellationToken)
    {
        var leasedAt = time.GetTimestamp();
        var adopted = await store.AdoptAsync(AdoptMax, cancellationToken);
        if (adopted.Count == 0) return 0;
        using var activity = telemetry.StartRecovery(adopted);
        foreach (var (saga, _) in adopted) LogAdopted(logger, saga.Id, saga.OrderId, saga.State.Step, saga.Epoch);
        var sagas = adopted.ConvertAll(static one => one.Saga);
        await Task.WhenAll(sagas.GroupBy(static saga => saga.Epoch < EpochAlone ? Guid.Empty : saga.Id)
            .Select(group => runner.RunAsync([.. group], static state => state.IsOver, leasedAt)));
        foreach (var saga in sagas) LogLeft(logger, saga.Id, saga.OrderId, saga.State.Step, saga.State.Refusal);
        return adopted.Count;
    }

    [LoggerMessage(211, LogLevel.Information, "Adopted saga {SagaId} of order {OrderId} at {Step}; epoch {Epoch}")]
    private static partial void LogAdopted(ILogger logger, Guid sagaId, string orderId, SagaStep step, int epoch);

    [LoggerMessage(212, LogLevel.Information, "Adopted saga {SagaId} of order {OrderId} is now at {Step}, refusal {Refusal}")]
    private static partial void LogLeft(ILogger logger, Guid sagaId, string orderId, SagaStep step, Refusal refusal);

    [LoggerMessage(213, LogLevel.Warning, "Recovery is held up and will be tried again")]
    private static partial void LogRetry(ILogger logger, Exception exception);
}
