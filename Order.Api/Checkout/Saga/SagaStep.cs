namespace Order.Api.Checkout.Saga;

/// <summary>The next step of a saga. All but the last two are one command, which is repeated with the same key until its outcome is known.</summary>
internal enum SagaStep
{
    /// <summary>Ask Stock.Api to hold the lines.</summary>
    Reserve,

    /// <summary>Ask Payment.Api to charge the total: the pivot.</summary>
    Charge,

    /// <summary>Ask Payment.Api to refund the charge, if any, and to reject one that arrives late.</summary>
    Refund,

    /// <summary>Ask Stock.Api to release the lines, and to reject a reservation that arrives late.</summary>
    Release,

    RecordPaid,

    /// <summary>Record that the checkout failed and why. The order is open again.</summary>
    RecordFailed,

    /// <summary>Ask Stock.Api to turn the held items into sold ones. The client already has its answer.</summary>
    Commit,

    Ended,

    /// <summary>This owner must not touch the saga again: another owner has it, or its order has a status that this version does not know.</summary>
    Fenced,
}
