namespace Order.Api.Checkout.Participants;

internal sealed record SettleRequest(SettleMember[] Members, Guid Stock);
