namespace Order.Api.Checkout.Participants;

/// <summary>Stock.Api's outcome for a saga's reservation.</summary>
internal enum StockOutcome
{
    Held = 1,
    OutOfStock = 2,
    UnknownItem = 3,
    Released = 4,
    Committed = 5,
    NotHeld = 6,
}
