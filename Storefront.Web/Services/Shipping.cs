namespace Storefront.Web.Services;

/// <summary>An order's delivery address.</summary>
internal sealed record Shipping(string Name, string Street, string State, string Zip);
