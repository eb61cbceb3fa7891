namespace Stock.Api.Reservations;

/// <summary>A saga's command for its reservation.</summary>
/// <param name="Saga">Saga ID; the idempotency key of the command.</param>
/// <param name="StartedAt">When the saga started, in Unix seconds by the clock of Order.Api's database. The same in every call of the saga.</param>
/// <param name="Verb">The command.</param>
/// <param name="Lines">Items and quantities to hold; null for other commands.</param>
internal sealed record SettleMember(Guid Saga, long StartedAt, ReservationVerb Verb, ReservationLine[]? Lines);
