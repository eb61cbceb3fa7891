namespace Order.Api.Checkout.Participants;

/// <summary>The stock's ID; null if Redis has lost its stock.</summary>
internal sealed record StockIdentityView(Guid? Id);
