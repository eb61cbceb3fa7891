namespace Order.Api.Checkout.Participants;

internal sealed record StockOutcomes(StockOutcome[] Outcomes);
