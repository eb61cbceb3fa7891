namespace Storefront.Web.Purchases;

internal sealed record Healthy(string Status);
