using System.Diagnostics;
using Order.Api.Orders;

namespace Order.Api.Checkout;

/// <summary>A client's wish to have an order checked out.</summary>
/// <param name="orderId">The order.</param>
/// <param name="askedAt">A timestamp.</param>
/// <param name="trace">Of the request, where it is recorded.</param>
/// <param name="followAsync">Waits for the outcome of a saga that somebody else drives.</param>
internal sealed class CheckoutCall(string orderId, long askedAt, ActivityContext trace, Func<CheckoutCall, CheckoutResult, Task<CheckoutResult>> followAsync)
{
    private readonly TaskCompletionSource<CheckoutResult> _answer = new();

    /// <summary>The id that its saga is to have; none before its turn.</summary>
    public Guid SagaId { get; private set; }

    public string OrderId => orderId;

    public long AskedAt => askedAt;

    public ActivityContext Trace => trace;

    /// <summary>Its turn has come.</summary>
    /// <param name="now">The database's time, which the saga's id carries.</param>
    public void Begin(DateTimeOffset now) => SagaId = Guid.CreateVersion7(now);

    /// <summary>Completes once, on the thread that answers.</summary>
    public Task<CheckoutResult> Answer => _answer.Task;

    /// <summary>Answers the client, unless it has its answer; where the outcome is not known, once it is.</summary>
    public void Complete(CheckoutResult result)
    {
        if (result.Status == CheckoutStatus.Unresolved) _ = CompleteLaterAsync(result);
        else _answer.TrySetResult(result);
    }

    /// <summary>Answers the client with a failure, unless it has its answer.</summary>
    public void Fail(Exception exception) => _answer.TrySetException(exception);

    private async Task CompleteLaterAsync(CheckoutResult unknown)
    {
        try
        {
            _answer.TrySetResult(await followAsync(this, unknown));
        }
        catch (Exception e)
        {
            Fail(e); // nobody awaits this; the client must not wait forever
        }
    }
}

/// <summary>What is written in one transaction.</summary>
/// <param name="Record">Sagas whose outcome is to be durable: at <see cref="SagaStep.RecordPaid"/> or <see cref="SagaStep.RecordFailed"/>.</param>
/// <param name="Ended">Batches of which no saga is open any more.</param>
/// <param name="Begin">Checkouts of distinct orders that are to begin: their intent, and their orders frozen.</param>
/// <param name="BatchId">Of the new batch.</param>
/// <param name="TraceParent">Of the new batch.</param>
internal readonly record struct Turn(
    IReadOnlyList<CheckoutSaga> Record, IReadOnlyList<SagaBatch> Ended, IReadOnlyList<CheckoutCall> Begin, Guid BatchId = default, string? TraceParent = null);

/// <summary>What came of beginning a checkout.</summary>
/// <param name="Order">How the order was found; null where there is none.</param>
/// <param name="Saga">The new saga, where one has begun.</param>
/// <param name="Other">The saga that has the order in checkout, where there is one.</param>
internal readonly record struct BeginResult(OrderStatus? Order, CheckoutSaga? Saga, Guid? Other);

/// <summary>What a turn has written; both in the order asked.</summary>
/// <param name="Recorded">What each saga has heard: Recorded or Overtaken.</param>
/// <param name="Begun">What came of each call.</param>
internal readonly record struct TurnResult(SagaEvent[] Recorded, BeginResult[] Begun);

/// <summary>A batch that was taken over, with its sagas; those that had ended already are left out.</summary>
internal sealed record AdoptedBatch(SagaBatch Batch, IReadOnlyList<CheckoutSaga> Sagas, string? TraceParent);

/// <summary>Where sagas are durable, beside the orders they freeze.</summary>
internal interface ISagaStore
{
    /// <summary>
    /// The database's time, to within the time of a question, whatever this host's clock says: who orders sagas by their ids orders those of all replicas.
    /// Known without asking, but for the first time.
    /// </summary>
    ValueTask<DateTimeOffset> NowAsync();

    /// <summary>Writes a turn, all or nothing; may be repeated.</summary>
    /// <exception cref="Exception">Of any kind: whether it was written is not known.</exception>
    Task<TurnResult> TurnAsync(Turn turn);

    /// <summary>Takes over batches whose lease has run out, the longest overdue first.</summary>
    /// <param name="max">How many at most.</param>
    /// <param name="now">A timestamp of the caller.</param>
    Task<List<AdoptedBatch>> AdoptAsync(int max, long now);

    /// <summary>What a saga came to; null while that is open or cannot be known any more.</summary>
    Task<CheckoutResult?> FindOutcomeAsync(string order, Guid saga);
}
