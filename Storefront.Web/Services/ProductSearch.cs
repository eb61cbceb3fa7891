namespace Storefront.Web.Services;

/// <summary>Searches and sorts products for visitors.</summary>
internal static class ProductSearch
{
    /// <summary>Maximum length of a search in characters.</summary>
    public const int LengthMax = 100;

    /// <summary>The orders to choose from, as query values and texts; the first is the default.</summary>
    public static IReadOnlyList<(string Value, string Text)> Sorts { get; } =
        [("", "Featured"), ("name", "Name"), ("price", "Price, lowest first"), ("-price", "Price, highest first"), ("-created", "Newest first")];

    /// <summary>Returns the products that have all words of the text in their name or description, ignoring case.</summary>
    /// <param name="products">Products in the order of their creation.</param>
    /// <param name="text">Words; null for all products.</param>
    /// <param name="sort">One of <see cref="Sorts"/>; any other value is the default.</param>
    public static IReadOnlyList<Product> Find(IEnumerable<Product> products, string? text, string? sort)
    {
        var words = (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var found = products.Where(product => Array.TrueForAll(words, word => product.Name.Contains(word, StringComparison.OrdinalIgnoreCase)
            || product.Description.Contains(word, StringComparison.OrdinalIgnoreCase)));
        return [.. sort switch
        {
            "name" => found.OrderBy(static product => product.Name, StringComparer.OrdinalIgnoreCase),
            "price" => found.OrderBy(static product => product.Price),
            "-price" => found.OrderByDescending(static product => product.Price),
            "-created" => found.Reverse(),
            _ => found,
        }];
    }
}
