namespace Stock.Api.Catalog;

/// <summary>A picture that has been checked.</summary>
/// <param name="MediaType">One of <see cref="MediaTypes"/>.</param>
/// <param name="Bytes">The file; an SVG has been cleaned.</param>
internal sealed record Picture(string MediaType, byte[] Bytes)
{
    public const string Png = "image/png", Jpeg = "image/jpeg", Svg = "image/svg+xml";

    public static readonly string[] MediaTypes = [Png, Jpeg, Svg];
}
