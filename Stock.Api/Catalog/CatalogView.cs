namespace Stock.Api.Catalog;

internal sealed record CatalogView(ProductView[] Products);
