namespace Order.Api.Orders;

/// <summary>Where an order goes.</summary>
/// <param name="Name">Of the customer.</param>
/// <param name="Street">With the number.</param>
/// <param name="State">Two capital letters, as the post has them.</param>
/// <param name="Zip">Postal code.</param>
internal sealed record Shipping(string Name, string Street, string State, string Zip)
{
    /// <summary>Most characters of <see cref="Name"/> and <see cref="Street"/>.</summary>
    public const int TextLengthMax = 200;

    /// <summary>Most characters of <see cref="Zip"/>.</summary>
    public const int ZipLengthMax = 16;

    /// <summary>Is all of it there, and of a possible length?</summary>
    public bool IsValid => IsText(Name, TextLengthMax) && IsText(Street, TextLengthMax) && IsText(Zip, ZipLengthMax)
        && State is [>= 'A' and <= 'Z', >= 'A' and <= 'Z'];

    private static bool IsText(string? text, int lengthMax) => !string.IsNullOrWhiteSpace(text) && text.Length <= lengthMax && !text.Any(char.IsControl);
}
