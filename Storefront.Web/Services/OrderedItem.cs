namespace Storefront.Web.Services;

/// <summary>Pieces of an item.</summary>
internal sealed record OrderedItem(string Item, long Quantity);
