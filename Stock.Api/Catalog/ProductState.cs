namespace Stock.Api.Catalog;

/// <summary>Whether customers see a product. The numbers are stored.</summary>
internal enum ProductState
{
    Active = 0,

    /// <summary>Not in the catalog, and cannot be added to an order. Orders that have it can still be checked out.</summary>
    Hidden = 1,
}
