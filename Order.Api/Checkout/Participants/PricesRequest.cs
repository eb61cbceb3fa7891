namespace Order.Api.Checkout.Participants;

internal sealed record PricesRequest(IReadOnlyList<string> Items);
