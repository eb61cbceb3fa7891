namespace Stock.Api.Identity;

/// <summary>Body of <c>GET /internal/identity</c>.</summary>
/// <param name="Id">Of the stock; null: Redis has lost it.</param>
internal sealed record StockIdentityView(Guid? Id);
