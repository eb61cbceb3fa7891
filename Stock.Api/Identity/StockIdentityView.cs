namespace Stock.Api.Identity;

/// <summary>Response of <c>GET /internal/identity</c>.</summary>
/// <param name="Id">The stock's identity; null if Redis has lost it.</param>
internal sealed record StockIdentityView(Guid? Id);
