using System.Text.Json.Serialization;

namespace Order.Api.Checkout;

// What goes to Stock.Api and Payment.Api and comes back, as this service sees it.

/// <summary>One item of an order.</summary>
internal sealed record ReserveLine(string Item, long Quantity);

internal sealed record ReserveMember(Guid Saga, long StartedAt, ReserveLine[] Lines);

internal sealed record ReserveRequest(IReadOnlyList<ReserveMember> Members);

internal sealed record SettleMember(Guid Saga, long StartedAt);

internal sealed record SettleRequest(IReadOnlyList<SettleMember> Members);

internal sealed record ForgetRequest(long StartedBefore);

internal sealed record StockOutcomes(StockOutcome[] Outcomes);

internal sealed record ItemPrice(long Price);

internal sealed record ChargeMember(Guid Saga, string User, long Amount);

internal sealed record ChargeRequest(IReadOnlyList<ChargeMember> Members);

internal sealed record PaymentOutcomes(PaymentOutcome[] Outcomes);

/// <summary>What Stock.Api says of a saga's reservation.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StockOutcome>))]
internal enum StockOutcome
{
    Reserved,
    OutOfStock,
    UnknownItem,
    Released,
    Committed,
    NotReserved,
}

/// <summary>What Payment.Api says of a saga's charge.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PaymentOutcome>))]
internal enum PaymentOutcome
{
    Charged,
    InsufficientCredit,
    UnknownUser,
    Refunded,
    Cancelled,
}
