using System.Text.Json.Serialization;

namespace Payment.Api.Accounts;

/// <summary>What one saga charges, or has refunded.</summary>
/// <param name="Saga">Its id: the key under which this happens once.</param>
/// <param name="User">Whose account.</param>
/// <param name="Amount">1 or more; the same in both calls.</param>
internal sealed record ChargeMember(Guid Saga, string User, long Amount);

/// <summary>Body of <c>POST /internal/charge</c> and <c>/internal/refund</c>.</summary>
internal sealed record ChargeRequest(ChargeMember[] Members);

/// <summary>What came of each member, in the order asked.</summary>
internal sealed record PaymentOutcomes(PaymentOutcome[] Outcomes);

/// <summary>How a saga's charge stands after the call.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PaymentOutcome>))]
internal enum PaymentOutcome
{
    /// <summary>The money has moved.</summary>
    Charged,

    /// <summary>Refused: not enough credit.</summary>
    InsufficientCredit,

    /// <summary>Refused: no such user.</summary>
    UnknownUser,

    /// <summary>The money is back.</summary>
    Refunded,

    /// <summary>Nothing was charged, and nothing will be.</summary>
    Cancelled,
}
