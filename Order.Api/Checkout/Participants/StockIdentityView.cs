namespace Order.Api.Checkout.Participants;

/// <summary>Null: Redis has lost its stock.</summary>
internal sealed record StockIdentityView(Guid? Id);
