namespace Stock.Api.Reservations;

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
