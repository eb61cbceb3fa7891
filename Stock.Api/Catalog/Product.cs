namespace Stock.Api.Catalog;

/// <summary>What people read of an item.</summary>
/// <param name="Name">Unique in the catalog.</param>
/// <param name="Description">A sentence or two.</param>
/// <param name="Picture">The storefront's picture of it, by name: lower-case letters and hyphens.</param>
/// <param name="Place">Products are shown in this order.</param>
internal sealed record Product(string Name, string Description, string Picture, int Place);
