using System.Text.Json.Serialization;

namespace Stock.Api.Reservations;

/// <summary>One item of an order.</summary>
internal sealed record ReserveLine(string Item, long Quantity);

/// <summary>What one saga wants to hold.</summary>
/// <param name="Saga">Its id: the key under which this happens once.</param>
/// <param name="StartedAt">When it started, Unix seconds of Order.Api's database; the same in every call of the saga.</param>
/// <param name="Lines">Items and quantities.</param>
internal sealed record ReserveMember(Guid Saga, long StartedAt, ReserveLine[] Lines);

/// <summary>Body of <c>POST /internal/reserve</c>.</summary>
internal sealed record ReserveRequest(ReserveMember[] Members);

/// <summary>A saga whose reservation is to be committed or released.</summary>
internal sealed record SettleMember(Guid Saga, long StartedAt);

/// <summary>Body of <c>POST /internal/commit</c> and <c>/internal/release</c>.</summary>
internal sealed record SettleRequest(SettleMember[] Members);

/// <summary>Body of <c>POST /internal/forget</c>.</summary>
/// <param name="StartedBefore">Unix seconds; no saga that started before is open.</param>
internal sealed record ForgetRequest(long StartedBefore);

/// <summary>What came of each member, in the order asked.</summary>
internal sealed record StockOutcomes(StockOutcome[] Outcomes);

/// <summary>What a saga's reservation is after the call.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StockOutcome>))]
internal enum StockOutcome
{
    /// <summary>Held.</summary>
    Reserved,

    /// <summary>Refused: too little of an item in stock.</summary>
    OutOfStock,

    /// <summary>Refused: there is no such item.</summary>
    UnknownItem,

    /// <summary>Nothing is held, and nothing will be.</summary>
    Released,

    /// <summary>Sold.</summary>
    Committed,

    /// <summary>To be committed, but never held: Redis has lost it, or the saga is in error.</summary>
    NotReserved,
}
