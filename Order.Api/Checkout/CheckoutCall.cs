using System.Diagnostics;

namespace Order.Api.Checkout;

/// <summary>A client's checkout request on its way through a lane.</summary>
/// <param name="orderId">The order to check out.</param>
/// <param name="askedAt">Timestamp of the request (<see cref="TimeProvider.GetTimestamp"/>).</param>
/// <param name="trace">The request's trace context; default if the request is not recorded.</param>
internal sealed class CheckoutCall(string orderId, long askedAt, ActivityContext trace)
{
    private readonly TaskCompletionSource<CheckoutResult> _result = new();
    private readonly TaskCompletionSource<CheckoutResult> _answer = new();

    /// <summary>The ID of the call's saga; empty until <see cref="Begin"/>.</summary>
    public Guid SagaId { get; private set; }

    public string OrderId => orderId;

    public long AskedAt => askedAt;

    public ActivityContext Trace => trace;

    /// <summary>The lane's result. Completes once, on the lane's thread.</summary>
    public Task<CheckoutResult> Result => _result.Task;

    /// <summary>The answer for clients that requested the same order while this call was waiting.</summary>
    public Task<CheckoutResult> Answer => _answer.Task;

    /// <summary>Starts the call's turn and creates its saga ID.</summary>
    /// <param name="now">The database's time, which is encoded in the saga ID.</param>
    public void Begin(DateTimeOffset now) => SagaId = Guid.CreateVersion7(now);

    /// <summary>Sets <see cref="Result"/> unless it is already set.</summary>
    public void Complete(CheckoutResult result) => _result.TrySetResult(result);

    /// <summary>Fails <see cref="Result"/> unless it is already set.</summary>
    public void Fail(Exception exception) => _result.TrySetException(exception);

    public void Reply(CheckoutResult answer) => _answer.TrySetResult(answer);

    public void ReplyFailed(Exception exception)
    {
        _answer.TrySetException(exception);
        _ = _answer.Task.Exception; // mark as observed: there may be no waiting client
    }
}
