namespace Payment.Api.Charges;

/// <summary>What came of each member, in the order asked.</summary>
internal sealed record PaymentOutcomes(PaymentOutcome[] Outcomes);
