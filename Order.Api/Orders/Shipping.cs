using ServiceKit.Text;

namespace Order.Api.Orders;

/// <summary>The destination of an order.</summary>
/// <param name="Name">Customer name.</param>
/// <param name="Street">Street and house number.</param>
/// <param name="City">City; null in orders from before it was asked for, and where a program does not give it.</param>
/// <param name="State">Two capital letters, as in postal abbreviations.</param>
/// <param name="Zip">Postal code.</param>
internal sealed record Shipping(string Name, string Street, string? City, string State, string Zip)
{
    /// <summary>Maximum length of <see cref="Name"/>, <see cref="Street"/> and <see cref="City"/> in characters.</summary>
    public const int TextLengthMax = 200;

    /// <summary>Maximum length of <see cref="Zip"/> in characters.</summary>
    public const int ZipLengthMax = 16;

    /// <summary>Whether all parts are present and have a valid length.</summary>
    public bool IsValid => IsText(Name, TextLengthMax) && IsText(Street, TextLengthMax) && IsText(Zip, ZipLengthMax)
        && (City is null || IsText(City, TextLengthMax)) && State is [>= 'A' and <= 'Z', >= 'A' and <= 'Z'];

    private static bool IsText(string? text, int lengthMax) => !string.IsNullOrWhiteSpace(text) && text.Length <= lengthMax && PlainText.IsPlain(text);
}
