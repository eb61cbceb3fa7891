using Order.Api.Checkout.Participants;

namespace Order.Api.Checkout.Saga;

/// <summary>A checkout under way, as its owner holds it. One flow at a time works on it.</summary>
/// <param name="id">Also the key of everything it asks of others.</param>
/// <param name="orderId">What is checked out.</param>
/// <param name="userId">Who pays.</param>
/// <param name="lines">Frozen when it began; none where the order is gone.</param>
/// <param name="total">Frozen when it began.</param>
/// <param name="batch">With which it began.</param>
/// <param name="state">Where it stands.</param>
/// <param name="call">Who waits for it.</param>
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

    /// <summary>Does its order go to a state, whose popular items it counts among once it is paid?</summary>
    public bool IsShipped { get; init; }

    /// <summary>Was it answered what cannot be? Then this owner asks no more; whoever adopts it asks again.</summary>
    public bool IsStuck { get; private set; }

    /// <summary>Moves on. See <see cref="SagaState.On"/>.</summary>
    public void Hear(SagaEvent heard) => State = State.On(heard);

    /// <summary>Leaves it, at the step where it is, to recovery.</summary>
    public void GetStuck() => IsStuck = true;
}
