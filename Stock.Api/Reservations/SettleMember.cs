namespace Stock.Api.Reservations;

/// <summary>What one saga wants.</summary>
/// <param name="Saga">Its id: the key under which this happens once.</param>
/// <param name="StartedAt">When it started, Unix seconds of Order.Api's database; the same in every call of the saga.</param>
/// <param name="Verb">What it wants.</param>
/// <param name="Lines">Items and quantities, to hold.</param>
internal sealed record SettleMember(Guid Saga, long StartedAt, ReservationVerb Verb, ReservationLine[]? Lines);
