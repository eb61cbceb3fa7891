namespace Stock.Api.Reservations;

/// <summary>Outcomes of the members, in the order requested.</summary>
internal sealed record StockOutcomes(StockOutcome[] Outcomes);
