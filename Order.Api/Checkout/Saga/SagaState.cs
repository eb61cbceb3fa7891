using Order.Api.Orders;

namespace Order.Api.Checkout.Saga;

/// <summary>
/// The checkout as a state machine: pure, no I/O, no clock. It only ever moves along the edges below; anything else is an error of a participant and
/// throws, and the saga stays where it is. Before the pivot (Charge) it can turn back, after it only go forward.
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
    /// <summary>Of a saga that has begun.</summary>
    public static SagaState Started { get; } = new(SagaStep.Reserve, Refusal.None);

    /// <summary>Of a saga that is recorded as paid.</summary>
    public static SagaState Paid { get; } = new(SagaStep.Commit, Refusal.None);

    /// <summary>Of a saga that is adopted, by the status of its order.</summary>
    /// <param name="order">
    /// Null: the order is not the saga's any more; it failed and was checked out again, or batch_init replaced it. Nothing must remain of the saga elsewhere.
    /// </param>
    /// <param name="isExpired">It is older than <see cref="SagaLimits.PivotAgeMax"/>.</param>
    /// <returns>Null: it is recorded as failed, and has ended.</returns>
    /// <exception cref="InvalidDataException">The status is unknown.</exception>
    public static SagaState? Adopted(OrderStatus? order, bool isExpired) => order switch
    {
        OrderStatus.Open => null,
        OrderStatus.Paid => Paid,
        OrderStatus.CheckingOut => isExpired ? Started.On(SagaEvent.Expired) : Started,
        null => Started.On(SagaEvent.Expired),
        _ => throw new InvalidDataException($"The order has the status {(short)order}, which this version does not know."),
    };

    /// <summary>Nothing more is done here.</summary>
    public bool IsOver => Step is SagaStep.Ended or SagaStep.Fenced;

    /// <summary>The outcome is durable: the client can have its answer.</summary>
    public bool IsDecided => Step is SagaStep.Commit or SagaStep.Ended;

    /// <summary>The state after an event.</summary>
    /// <exception cref="InvalidOperationException">An event that cannot follow: a participant or a store has broken its promise.</exception>
    public SagaState On(SagaEvent heard) => (Step, heard) switch
    {
        (not (SagaStep.Ended or SagaStep.Fenced), SagaEvent.Unknown) => this, // ask again with the same key

        // Committed: another owner has been through already; the charge and then the record will say so.
        (SagaStep.Reserve, SagaEvent.Reserved or SagaEvent.Committed) => this with { Step = SagaStep.Charge },
        (SagaStep.Reserve, SagaEvent.OutOfStock) => new(SagaStep.RecordFailed, Refusal.OutOfStock),
        (SagaStep.Reserve, SagaEvent.UnknownItem) => new(SagaStep.RecordFailed, Refusal.UnknownItem),
        // A former owner let go. It did so after a refused or refunded charge, so there is none.
        (SagaStep.Reserve, SagaEvent.Released) => new(SagaStep.RecordFailed, Refusal.Expired),
        (SagaStep.Reserve or SagaStep.Charge, SagaEvent.Expired) => new(SagaStep.Refund, Refusal.Expired),

        (SagaStep.Charge, SagaEvent.Charged) => this with { Step = SagaStep.RecordPaid },
        (SagaStep.Charge, SagaEvent.InsufficientCredit) => new(SagaStep.Release, Refusal.InsufficientCredit),
        (SagaStep.Charge, SagaEvent.UnknownUser) => new(SagaStep.Release, Refusal.UnknownUser),
        (SagaStep.Charge, SagaEvent.NotCharged) => new(SagaStep.Release, Refusal.Expired),

        (SagaStep.Refund, SagaEvent.NotCharged) => this with { Step = SagaStep.Release },
        (SagaStep.Release, SagaEvent.Released) => this with { Step = SagaStep.RecordFailed },
        (SagaStep.RecordFailed, SagaEvent.Recorded) => this with { Step = SagaStep.Ended },

        (SagaStep.RecordPaid, SagaEvent.Recorded) => this with { Step = SagaStep.Commit },
        (SagaStep.Commit, SagaEvent.Committed) => this with { Step = SagaStep.Ended },

        (SagaStep.RecordPaid or SagaStep.RecordFailed, SagaEvent.Overtaken) => this with { Step = SagaStep.Fenced },
        _ => throw new InvalidOperationException($"A saga that was to {Step} heard {heard}."),
    };
}
