namespace Stock.Api.Reservations;

/// <summary>What a saga wants. Numbers on the wire, and therefore for good.</summary>
internal enum ReservationVerb
{
    /// <summary>To hold its lines: all or none.</summary>
    Hold = 1,

    /// <summary>What it holds is sold.</summary>
    Commit = 2,

    /// <summary>What it holds is available again; if it holds nothing yet, it never will.</summary>
    Release = 3,
}

/// <summary>One item of an order.</summary>
internal sealed record ReservationLine(string Item, long Quantity);

/// <summary>What one saga wants.</summary>
/// <param name="Saga">Its id: the key under which this happens once.</param>
/// <param name="StartedAt">When it started, Unix seconds of Order.Api's database; the same in every call of the saga.</param>
/// <param name="Verb">What it wants.</param>
/// <param name="Lines">Items and quantities, to hold.</param>
internal sealed record SettleMember(Guid Saga, long StartedAt, ReservationVerb Verb, ReservationLine[]? Lines);

/// <summary>Body of <c>POST /internal/reservations</c>.</summary>
/// <param name="Members">What is wanted.</param>
/// <param name="Stock">The identity of the stock that is meant; null for any.</param>
internal sealed record SettleRequest(SettleMember[] Members, Guid? Stock = null);

/// <summary>Body of <c>POST /internal/forget</c>.</summary>
/// <param name="StartedBefore">Unix seconds; no saga that started before is open.</param>
internal sealed record ForgetRequest(long StartedBefore);

/// <summary>What came of each member, in the order asked.</summary>
internal sealed record StockOutcomes(StockOutcome[] Outcomes);

/// <summary>What a saga's reservation is after the call. Numbers on the wire, and therefore for good.</summary>
internal enum StockOutcome
{
    /// <summary>Held.</summary>
    Held = 1,

    /// <summary>Refused: too little of an item in stock.</summary>
    OutOfStock = 2,

    /// <summary>Refused: there is no such item.</summary>
    UnknownItem = 3,

    /// <summary>Nothing is held, and nothing will be.</summary>
    Released = 4,

    /// <summary>Sold.</summary>
    Committed = 5,

    /// <summary>To be committed, but never held: Redis has lost it, or the saga is in error.</summary>
    NotHeld = 6,
}
