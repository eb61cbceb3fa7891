namespace Storefront.Web.Orders;

/// <summary>Order numbers as pages show them and as people enter them.</summary>
internal static class OrderNumber
{
    /// <summary>Length of the short form, in characters. It identifies one of a visitor's own orders, not one among all.</summary>
    public const int ShortLength = 8;

    /// <summary>Maximum length of an entry: a link to an order has to fit.</summary>
    public const int EntryLengthMax = 300;

    /// <summary>The short form, which the account page shows.</summary>
    public static string Short(string order) => order.Length > ShortLength ? order[..ShortLength] : order;

    /// <summary>
    /// Returns the order's id, or the beginning of it, from an entry: in any case, with a leading #, with or without hyphens, in a link, or with the dots of a
    /// short form.
    /// </summary>
    public static string Parse(string entry)
    {
        var text = entry.AsSpan().Trim();
        if (text.LastIndexOf("orders/", StringComparison.OrdinalIgnoreCase) is >= 0 and var at) text = text[(at + "orders/".Length)..];
        if (text.StartsWith("find/", StringComparison.OrdinalIgnoreCase)) text = text["find/".Length..];
        text = text.TrimStart('#').Trim();
        if (text.IndexOfAny('/', '?', '#') is >= 0 and var end) text = text[..end];
        text = text.Trim().TrimEnd("….");
        return Guid.TryParse(text, out var id) ? id.ToString() : text.ToString().ToLowerInvariant();
    }
}
