namespace Order.Api.Checkout.Participants;

internal sealed record ChargeRequest(ChargeMember[] Members);
