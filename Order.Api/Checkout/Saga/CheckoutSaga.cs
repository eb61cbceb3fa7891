using Order.Api.Checkout.Participants;

namespace Order.Api.Checkout.Saga;

/// <summary>A checkout in progress, as its owner sees it. Not thread-safe: only one flow at a time may use it.</summary>
/// <param name="id">Also the idempotency key of all its commands.</param>
/// <param name="orderId">The order being checked out.</param>
/// <param name="userId">The user who pays.</param>
/// <param name="lines">The order's lines when the saga began; empty if the order no longer belongs to the saga.</param>
/// <param name="total">The order's total when the saga began.</param>
/// <param name="batch">The batch in which the saga began.</param>
/// <param name="state">The current state.</param>
/// <param name="call">The waiting client's call, if any.</param>
internal sealed class CheckoutSaga(
    Guid id, string orderId, string userId, ReservationLine[] lines, long total, SagaBatch batch, SagaState state, CheckoutCall? call = null)
{
    public Guid Id => id;

    public string OrderId => orderId;

    public string UserId => userId;

    public ReservationLine[] Lines => lines;

    public long Total => total;

    public SagaBatch Batch => batch;

    public SagaState State { get; private set; } = state;

    public CheckoutCall? Call => call;

    /// <summary>Whether the order ships to a state, so that its items count as popular there once it is paid.</summary>
    public bool IsShipped { get; init; }

    /// <summary>Whether the saga received an invalid answer. This owner then stops retrying; the replica that adopts the saga retries it.</summary>
    public bool IsStuck { get; private set; }

    public void Hear(SagaEvent heard) => State = State.On(heard);

    /// <summary>Leaves the saga at its current step to recovery.</summary>
    public void GetStuck() => IsStuck = true;
}
