namespace Stock.Api.Reservations;

/// <summary>Body of <c>POST /internal/reservations</c>.</summary>
/// <param name="Members">The sagas' commands.</param>
/// <param name="Stock">Identity of the intended stock; null for any.</param>
internal sealed record SettleRequest(SettleMember[] Members, Guid? Stock = null);
