namespace Order.Api.Checkout.Participants;

/// <summary>Payment.Api's outcome for a saga's charge.</summary>
internal enum PaymentOutcome
{
    Charged = 1,
    InsufficientCredit = 2,
    UnknownUser = 3,
    Refunded = 4,
    Cancelled = 5,
}
