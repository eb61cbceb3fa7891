namespace Stock.Api.Catalog;

/// <summary>The description of an item for customers.</summary>
/// <param name="Name">Unique in the catalog.</param>
/// <param name="Description">A sentence or two.</param>
/// <param name="Picture">Name of the storefront's picture: lowercase letters and hyphens.</param>
/// <param name="Place">Position in the catalog.</param>
internal sealed record Product(string Name, string Description, string Picture, int Place);
