namespace Order.Api.Checkout.Participants;

/// <summary>Prices in the order requested; null if the item does not exist.</summary>
internal sealed record Prices(long?[] Values);
