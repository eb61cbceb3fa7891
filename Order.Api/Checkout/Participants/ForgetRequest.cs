namespace Order.Api.Checkout.Participants;

internal sealed record ForgetRequest(long StartedBefore);
