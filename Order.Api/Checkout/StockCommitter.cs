using System.Threading.Channels;

namespace Order.Api.Checkout;

/// <summary>
/// Commits the stock of sagas that are paid, after their clients have their answers. Batches form by themselves: while one is in flight the next one gathers.
/// What finds no room here, or is lost with the process, is adopted when its lease runs out.
/// </summary>
internal sealed class StockCommitter(CheckoutSagaRunner runner, TimeProvider time) : BackgroundService
{
    private const int QueueMax = 10_000;
    private const int BatchMax = 200;

    private readonly Channel<CheckoutSaga> _queue = Channel.CreateBounded<CheckoutSaga>(new BoundedChannelOptions(QueueMax) { SingleReader = true });

    /// <summary>Takes a saga that is to <see cref="SagaStep.Commit"/>. The caller does not touch it again.</summary>
    public void Enqueue(CheckoutSaga saga) => _queue.Writer.TryWrite(saga);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<CheckoutSaga>(BatchMax);
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            batch.Clear();
            while (batch.Count < BatchMax && _queue.Reader.TryRead(out var saga)) batch.Add(saga);
            // Two owners at this point do no harm: a commit is the same from both, and one's record is refused.
            await runner.RunAsync(batch, static state => state.IsOver, time.GetTimestamp());
        }
    }
}
