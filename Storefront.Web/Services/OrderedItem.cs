namespace Storefront.Web.Services;

/// <summary>An item and its quantity.</summary>
/// <param name="Item">The item's id.</param>
/// <param name="Quantity">Pieces.</param>
/// <param name="Price">The price of one piece that the buyer saw, in dollars; null if they saw none.</param>
internal sealed record OrderedItem(string Item, long Quantity, long? Price = null);
