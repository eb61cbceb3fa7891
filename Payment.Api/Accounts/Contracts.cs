namespace Payment.Api.Accounts;

/// <summary>What one saga charges, or has refunded.</summary>
/// <param name="Saga">Its id: the key under which this happens once.</param>
/// <param name="User">Whose account.</param>
/// <param name="Amount">1 or more; the same in both calls.</param>
/// <param name="IsRefund">Gives back what the saga has charged; if nothing, nothing will be.</param>
internal sealed record ChargeMember(Guid Saga, string User, long Amount, bool IsRefund = false);

/// <summary>Body of <c>POST /internal/charges</c>.</summary>
internal sealed record ChargeRequest(ChargeMember[] Members);

/// <summary>What came of each member, in the order asked.</summary>
internal sealed record PaymentOutcomes(PaymentOutcome[] Outcomes);

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
