namespace Order.Api.Checkout.Participants;

// What goes to Stock.Api and Payment.Api and comes back, as this service sees it.

/// <summary>What a saga wants of Stock.Api.</summary>
internal enum ReservationVerb
{
    Hold = 1,
    Commit = 2,
    Release = 3,
}
