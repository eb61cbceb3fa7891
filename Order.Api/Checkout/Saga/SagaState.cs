using Order.Api.Orders;

namespace Order.Api.Checkout.Saga;

/// <summary>
/// The checkout as a pure state machine, without I/O or a clock. It moves only along the edges below. Any other event is a participant's error: it throws, and
/// the saga keeps its step. Before the pivot (Charge) a saga can be rolled back; after it, it can only go forward.
/// <code>
/// Reserve -> Charge -> RecordPaid -> Commit -> Ended
///    |         |  refused
///    |         +-------> Release -> RecordFailed -> Ended
///    |  refused                         ^
///    +----------------------------------+
/// Reserve, Charge -- expired --> Refund -> Release
/// </code>
/// </summary>
internal readonly record struct SagaState(SagaStep Step, Refusal Refusal)
{
    public static SagaState Started { get; } = new(SagaStep.Reserve, Refusal.None);

    /// <summary>The state of a saga that is recorded as paid.</summary>
    public static SagaState Paid { get; } = new(SagaStep.Commit, Refusal.None);

    /// <summary>The state of an adopted saga, derived from the status of its order.</summary>
    /// <param name="order">
    /// Null if the order no longer belongs to the saga: it failed and was checked out again, or batch_init replaced it. All other effects of the saga must be
    /// undone.
    /// </param>
    /// <param name="isExpired">Whether the saga is older than <see cref="SagaLimits.PivotAgeMax"/>.</param>
    /// <returns>Null if the saga is recorded as failed and has ended.</returns>
    /// <exception cref="InvalidDataException">The status is unknown to this version.</exception>
    public static SagaState? Adopted(OrderStatus? order, bool isExpired) => order switch
    {
        OrderStatus.Open => null,
        OrderStatus.Paid => Paid,
        OrderStatus.CheckingOut => isExpired ? Started.On(SagaEvent.Expired) : Started,
        null => Started.On(SagaEvent.Expired),
        _ => throw new InvalidDataException($"The order has the status {(short)order}, which this version does not know."),
    };

    /// <summary>Whether this owner has nothing left to do.</summary>
    public bool IsOver => Step is SagaStep.Ended or SagaStep.Fenced;

    /// <summary>Whether the outcome is durable, so that the client can be answered.</summary>
    public bool IsDecided => Step is SagaStep.Commit or SagaStep.Ended;

    /// <summary>Returns the state after an event.</summary>
    /// <exception cref="InvalidOperationException">The event is not valid in this state: a participant or the store broke its contract.</exception>
    public SagaState On(SagaEvent heard) => heard == SagaEvent.Unknown && !IsOver ? this : Step switch // unknown: retry with the same key
    {
        SagaStep.Reserve => heard switch
        {
            // Committed: another owner has already completed the saga. The charge and the record will confirm it.
            SagaEvent.Reserved or SagaEvent.Committed => this with { Step = SagaStep.Charge },
            SagaEvent.OutOfStock => new(SagaStep.RecordFailed, Refusal.OutOfStock),
            SagaEvent.UnknownItem => new(SagaStep.RecordFailed, Refusal.UnknownItem),
            // A previous owner released the lines. It does so only after a refused or refunded charge, so nothing is charged.
            SagaEvent.Released => new(SagaStep.RecordFailed, Refusal.Expired),
            SagaEvent.Expired => new(SagaStep.Refund, Refusal.Expired),
            _ => throw Invalid(heard),
        },
        SagaStep.Charge => heard switch
        {
            SagaEvent.Charged => this with { Step = SagaStep.RecordPaid },
            SagaEvent.InsufficientCredit => new(SagaStep.Release, Refusal.InsufficientCredit),
            SagaEvent.UnknownUser => new(SagaStep.Release, Refusal.UnknownUser),
            SagaEvent.NotCharged => new(SagaStep.Release, Refusal.Expired),
            SagaEvent.Expired => new(SagaStep.Refund, Refusal.Expired),
            _ => throw Invalid(heard),
        },
        SagaStep.Refund => heard == SagaEvent.NotCharged ? this with { Step = SagaStep.Release } : throw Invalid(heard),
        SagaStep.Release => heard == SagaEvent.Released ? this with { Step = SagaStep.RecordFailed } : throw Invalid(heard),
        SagaStep.RecordPaid => AfterRecord(heard, SagaStep.Commit),
        SagaStep.RecordFailed => AfterRecord(heard, SagaStep.Ended),
        SagaStep.Commit => heard == SagaEvent.Committed ? this with { Step = SagaStep.Ended } : throw Invalid(heard),
        SagaStep.Ended => throw Invalid(heard),
        SagaStep.Fenced => throw Invalid(heard),
    };

    private SagaState AfterRecord(SagaEvent heard, SagaStep next) => heard switch
    {
        SagaEvent.Recorded => this with { Step = next },
        SagaEvent.Overtaken => this with { Step = SagaStep.Fenced },
        _ => throw Invalid(heard),
    };

    private InvalidOperationException Invalid(SagaEvent heard) => new($"The event {heard} is not valid for a saga at step {Step}.");
}
