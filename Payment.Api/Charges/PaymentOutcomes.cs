namespace Payment.Api.Charges;

/// <summary>Outcomes of the members, in the order requested.</summary>
internal sealed record PaymentOutcomes(PaymentOutcome[] Outcomes);
