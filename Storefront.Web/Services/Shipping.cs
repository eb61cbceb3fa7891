using ServiceKit.Text;

namespace Storefront.Web.Services;

/// <summary>An order's delivery address. Its texts are cleaned, because other programs may have stored anything.</summary>
/// <param name="Name">The recipient.</param>
/// <param name="Street">Street and house number.</param>
/// <param name="City">City; null if a program did not give it.</param>
/// <param name="State">Two-letter code.</param>
/// <param name="Zip">ZIP code.</param>
internal sealed record Shipping(string Name, string Street, string? City, string State, string Zip)
{
    public string Name { get; } = PlainText.Clean(Name)!;

    public string Street { get; } = PlainText.Clean(Street)!;

    public string? City { get; } = PlainText.Clean(City);
}
