namespace Payment.Api.Charges;

/// <summary>The state of a saga's charge after the call. The numbers are part of the protocol and must not change.</summary>
internal enum PaymentOutcome
{
    /// <summary>The money has moved.</summary>
    Charged = 1,

    InsufficientCredit = 2,
    UnknownUser = 3,
    Refunded = 4,

    /// <summary>Nothing was charged, and nothing will be.</summary>
    Cancelled = 5,
}
