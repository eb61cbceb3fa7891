namespace Payment.Api.Charges;

/// <summary>How a saga's charge stands after the call. Numbers on the wire, and therefore for good.</summary>
internal enum PaymentOutcome
{
    /// <summary>The money has moved.</summary>
    Charged = 1,

    /// <summary>Refused: not enough credit.</summary>
    InsufficientCredit = 2,

    /// <summary>Refused: no such user.</summary>
    UnknownUser = 3,

    /// <summary>The money is back.</summary>
    Refunded = 4,

    /// <summary>Nothing was charged, and nothing will be.</summary>
    Cancelled = 5,
}
