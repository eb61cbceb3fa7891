namespace Stock.Api.Catalog;

/// <summary>A page of products, and the number of products on all pages.</summary>
internal sealed record ProductPageView(ProductView[] Products, int Total, int Page, int Limit);
