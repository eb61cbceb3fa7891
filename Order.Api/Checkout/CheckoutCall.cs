using System.Diagnostics;

namespace Order.Api.Checkout;

/// <summary>A client's request to check an order out, on its way through a lane.</summary>
/// <param name="orderId">The order.</param>
/// <param name="askedAt">A timestamp.</param>
/// <param name="trace">The request's, where it is recorded.</param>
internal sealed class CheckoutCall(string orderId, long askedAt, ActivityContext trace)
{
    private readonly TaskCompletionSource<CheckoutResult> _result = new();
    private readonly TaskCompletionSource<CheckoutResult> _answer = new();

    /// <summary>The id that its saga will have; none before its turn.</summary>
    public Guid SagaId { get; private set; }

    public string OrderId => orderId;

    public long AskedAt => askedAt;

    public ActivityContext Trace => trace;

    /// <summary>The lane's result. Completes once, on the lane's thread.</summary>
    public Task<CheckoutResult> Result => _result.Task;

    /// <summary>The answer for clients that asked for the same order while this one waited.</summary>
    public Task<CheckoutResult> Answer => _answer.Task;

    /// <summary>Begins its turn.</summary>
    /// <param name="now">The database's time, which the saga's id carries.</param>
    public void Begin(DateTimeOffset now) => SagaId = Guid.CreateVersion7(now);

    /// <summary>Sets the lane's result, unless it is set.</summary>
    public void Complete(CheckoutResult result) => _result.TrySetResult(result);

    /// <summary>Makes a failure the lane's result, unless it is set.</summary>
    public void Fail(Exception exception) => _result.TrySetException(exception);

    /// <summary>Answers those that wait beside the client.</summary>
    public void Reply(CheckoutResult answer) => _answer.TrySetResult(answer);

    /// <summary>Fails those that wait beside the client.</summary>
    public void ReplyFailed(Exception exception)
    {
        _answer.TrySetException(exception);
        _ = _answer.Task.Exception; // observed, for perhaps nobody waits
    }
}
