namespace Stock.Api.Reservations;

/// <summary>The state of a saga's reservation after the call. The numbers are part of the protocol and must not change.</summary>
internal enum StockOutcome
{
    /// <summary>The lines are held.</summary>
    Held = 1,

    /// <summary>Refused: not enough of an item in stock.</summary>
    OutOfStock = 2,

    /// <summary>Refused: item not found.</summary>
    UnknownItem = 3,

    /// <summary>Nothing is held, and nothing will be.</summary>
    Released = 4,

    /// <summary>The lines are sold.</summary>
    Committed = 5,

    /// <summary>The lines to commit were never held: Redis has lost the hold, or the saga is wrong.</summary>
    NotHeld = 6,
}
