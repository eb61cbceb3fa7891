namespace Order.Api.Checkout.Participants;

// Stock.Api's and Payment.Api's contracts as this service sees them.

/// <summary>A command to Stock.Api.</summary>
internal enum ReservationVerb
{
    Hold = 1,
    Commit = 2,
    Release = 3,
}
