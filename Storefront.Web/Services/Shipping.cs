namespace Storefront.Web.Services;

/// <summary>Where an order goes.</summary>
internal sealed record Shipping(string Name, string Street, string State, string Zip);
