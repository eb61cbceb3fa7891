namespace Stock.Api.Catalog;

internal sealed record CatalogFilled(long Products);
