namespace Payment.Api.Charges;

/// <summary>The state of a saga's charge after the call. The numbers are part of the protocol and must not change.</summary>
internal enum PaymentOutcome
{
    /// <summary>The money has moved.</summary>
    Charged = 1,

    /// <summary>Refused: not enough credit.</summary>
    InsufficientCredit = 2,

    /// <summary>Refused: user not found.</summary>
    UnknownUser = 3,

    /// <summary>The money has been refunded.</summary>
    Refunded = 4,

    /// <summary>Nothing was charged, and nothing will be.</summary>
    Cancelled = 5,
}
