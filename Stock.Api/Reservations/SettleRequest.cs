namespace Stock.Api.Reservations;

/// <summary>Body of <c>POST /internal/reservations</c>.</summary>
/// <param name="Members">What is wanted.</param>
/// <param name="Stock">The identity of the stock that is meant; null for any.</param>
internal sealed record SettleRequest(SettleMember[] Members, Guid? Stock = null);
