namespace Order.Api.Checkout.Participants;

/// <summary>Null: no such item.</summary>
internal sealed record Prices(long?[] Values);
