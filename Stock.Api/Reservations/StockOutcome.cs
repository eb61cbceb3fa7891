namespace Stock.Api.Reservations;

/// <summary>The state of a saga's reservation after the call. The numbers are part of the protocol and must not change.</summary>
internal enum StockOutcome
{
    Held = 1,
    OutOfStock = 2,
    UnknownItem = 3,

    /// <summary>Nothing is held, and nothing will be.</summary>
    Released = 4,

    Committed = 5,

    /// <summary>The lines to commit were never held: Redis has lost the hold, or the saga is wrong.</summary>
    NotHeld = 6,
}
