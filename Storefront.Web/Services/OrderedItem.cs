namespace Storefront.Web.Services;

/// <summary>An item and its quantity.</summary>
internal sealed record OrderedItem(string Item, long Quantity);
