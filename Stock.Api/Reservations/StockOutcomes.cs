namespace Stock.Api.Reservations;

/// <summary>What came of each member, in the order asked.</summary>
internal sealed record StockOutcomes(StockOutcome[] Outcomes);
