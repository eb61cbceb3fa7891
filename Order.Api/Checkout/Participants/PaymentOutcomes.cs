namespace Order.Api.Checkout.Participants;

internal sealed record PaymentOutcomes(PaymentOutcome[] Outcomes);
