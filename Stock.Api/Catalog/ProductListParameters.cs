namespace Stock.Api.Catalog;

/// <summary>The raw query parameters of <c>GET /products</c>.</summary>
internal sealed record ProductListParameters(string? Search, string? Sort, string? State, string? Page, string? Limit);
