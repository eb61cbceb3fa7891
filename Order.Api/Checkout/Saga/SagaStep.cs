namespace Order.Api.Checkout.Saga;

/// <summary>What a saga does next. Each but the last two is one command, to be repeated under the same key until its outcome is known.</summary>
internal enum SagaStep
{
    /// <summary>Ask Stock.Api to hold the lines.</summary>
    Reserve,

    /// <summary>Ask Payment.Api for the total: the pivot.</summary>
    Charge,

    /// <summary>Ask Payment.Api to give back what may have been charged, and to refuse what may come late.</summary>
    Refund,

    /// <summary>Ask Stock.Api to let go of the lines, and to refuse a reserve that may come late.</summary>
    Release,

    /// <summary>Write down that the order is paid.</summary>
    RecordPaid,

    /// <summary>Write down that the checkout failed and why; the order is open again.</summary>
    RecordFailed,

    /// <summary>Ask Stock.Api to make what is held sold. The client has its answer.</summary>
    Commit,

    /// <summary>Over.</summary>
    Ended,

    /// <summary>This owner must not touch the saga again: another one has it, or its order is in a state that this version does not know.</summary>
    Fenced,
}
