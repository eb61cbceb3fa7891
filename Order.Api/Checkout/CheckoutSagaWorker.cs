using ServiceDefaults;

namespace Order.Api.Checkout;

/// <summary>
/// Recovery: brings to an end the sagas whose owner has not, whichever replica it was. Also tells Stock.Api which records it need not keep.
/// </summary>
internal sealed partial class CheckoutSagaWorker(
    DatabaseSchema schema,
    PostgresSagaStore store,
    CheckoutSagaRunner runner,
    StockClient stock,
    CheckoutKeys keys,
    CheckoutTelemetry telemetry,
    TimeProvider time,
    ILogger<CheckoutSagaWorker> logger) : BackgroundService
{
    private const int AdoptMax = 20; // batches

    // A batch taken over this often may be the one that makes whole calls fail; it then travels alone.
    private const int EpochAlone = 4;

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
                while (await RecoverAsync() == AdoptMax) ;
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

    private async Task<int> RecoverAsync()
    {
        var adopted = await store.AdoptAsync(AdoptMax, time.GetTimestamp());
        if (adopted.Count == 0) return 0;
        using var activity = telemetry.StartRecovery(adopted);
        foreach (var saga in adopted.SelectMany(static batch => batch.Sagas)) LogAdopted(logger, saga.Id, saga.OrderId, saga.State.Step, saga.Batch.Epoch);
        await Task.WhenAll(adopted.GroupBy(static one => one.Batch.Epoch < EpochAlone ? Guid.Empty : one.Batch.Id)
            .Select(group => runner.RunAsync([.. group.SelectMany(static one => one.Sagas)], static state => state.IsOver)));
        foreach (var saga in adopted.SelectMany(static batch => batch.Sagas)) LogLeft(logger, saga.Id, saga.OrderId, saga.State.Step, saga.State.Refusal);
        SagaBatch[] ended = [.. adopted.Where(static one => one.Sagas.All(static saga => saga.State.Step == SagaStep.Ended)).Select(static one => one.Batch)];
        if (ended.Length > 0) await store.TurnAsync(new([], ended, []));
        return adopted.Count;
    }

    [LoggerMessage(211, LogLevel.Information, "Adopted saga {SagaId} of order {OrderId} at {Step}; epoch {Epoch}")]
    private static partial void LogAdopted(ILogger logger, Guid sagaId, string orderId, SagaStep step, int epoch);

    [LoggerMessage(212, LogLevel.Information, "Adopted saga {SagaId} of order {OrderId} is now at {Step}, refusal {Refusal}")]
    private static partial void LogLeft(ILogger logger, Guid sagaId, string orderId, SagaStep step, Refusal refusal);

    [LoggerMessage(213, LogLevel.Warning, "Recovery is held up and will be tried again")]
    private static partial void LogRetry(ILogger logger, Exception exception);
}
