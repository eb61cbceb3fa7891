namespace Order.Api.Checkout.Participants;

/// <summary>What Stock.Api says of a saga's reservation.</summary>
internal enum StockOutcome
{
    Held = 1,
    OutOfStock = 2,
    UnknownItem = 3,
    Released = 4,
    Committed = 5,
    NotHeld = 6,
}
