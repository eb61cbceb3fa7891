namespace Storefront.Web.Services;

/// <summary>A line of an order.</summary>
internal sealed record OrderLine(string Item, long Quantity, long Cost);
