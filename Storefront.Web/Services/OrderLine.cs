namespace Storefront.Web.Services;

internal sealed record OrderLine(string Item, long Quantity, long Cost);
