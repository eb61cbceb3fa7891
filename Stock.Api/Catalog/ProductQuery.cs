using System.Globalization;

namespace Stock.Api.Catalog;

/// <summary>A query for a page of products.</summary>
/// <param name="Words">Each must be in the name or the description, ignoring case.</param>
/// <param name="Sort">One of <see cref="Sorts"/>; with <c>-</c> in front, descending. Null for the catalog's order.</param>
/// <param name="State">The state; null for all.</param>
/// <param name="Page">From 1.</param>
/// <param name="Limit">Products per page.</param>
internal sealed record ProductQuery(string[] Words, string? Sort, ProductState? State, int Page, int Limit)
{
    public const int LimitDefault = 20, LimitMax = 100, SearchLengthMax = 100;

    private const string All = "all";

    private static readonly string[] Sorts = ["name", "price", "stock", "created"];

    /// <summary>Parses the query; returns null if it is invalid.</summary>
    public static ProductQuery? Read(ProductListParameters given, Dictionary<string, string[]> errors)
    {
        var (page, limit) = (Number(given.Page, "page", ProductStore.CountMax, 1), Number(given.Limit, "limit", LimitMax, LimitDefault));
        if (given.Search?.Length > SearchLengthMax) errors["search"] = [$"must have at most {SearchLengthMax} characters."];
        var sort = string.IsNullOrEmpty(given.Sort) ? null : given.Sort;
        if (sort is not null && !Sorts.Contains(sort.StartsWith('-') ? sort[1..] : sort))
            errors["sort"] = [$"must be {string.Join(", ", Sorts)}, or one of them with - in front."];
        ProductState? state = given.State switch { ProductReader.Hidden => ProductState.Hidden, All => null, _ => ProductState.Active };
        if (given.State is not (null or "" or ProductReader.Active or ProductReader.Hidden or All)) errors["state"] = ["must be active, hidden or all."];
        return errors.Count > 0 ? null : new((given.Search ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), sort, state, page, limit);

        int Number(string? text, string name, int max, int ifMissing)
        {
            if (string.IsNullOrEmpty(text)) return ifMissing;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= max) return number;
            errors[name] = [string.Create(CultureInfo.InvariantCulture, $"must be a whole number from 1 to {max}.")];
            return ifMissing;
        }
    }

    /// <summary>Returns the page of these products, which are in the catalog's order.</summary>
    public ProductPageView Select(IReadOnlyList<StockedProduct> products)
    {
        StockedProduct[] found = [.. products.Where(one => (State is null || one.Product.State == State) && Array.TrueForAll(Words, word =>
            one.Product.Name.Contains(word, StringComparison.OrdinalIgnoreCase)
            || one.Product.Description.Contains(word, StringComparison.OrdinalIgnoreCase)))];
        var sorted = Sort?.TrimStart('-') switch
        {
            "name" => found.OrderBy(static one => one.Product.Name, StringComparer.OrdinalIgnoreCase),
            "price" => found.OrderBy(static one => one.Item.Price),
            "stock" => found.OrderBy(static one => one.Item.Available),
            _ => found.AsEnumerable(), // the catalog's order is that of creation
        };
        if (Sort is ['-', ..]) sorted = sorted.Reverse();
        return new([.. sorted.Skip((Page - 1) * Limit).Take(Limit).Select(static one => one.ToView())], found.Length, Page, Limit);
    }
}
