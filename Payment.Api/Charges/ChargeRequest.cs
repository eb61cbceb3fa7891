namespace Payment.Api.Charges;

/// <summary>Body of <c>POST /internal/charges</c>.</summary>
internal sealed record ChargeRequest(ChargeMember[] Members);
