using Storefront.Web.Services;

namespace Storefront.Web.Checkout;

/// <summary>Tells people why they could not buy, and what is missing.</summary>
internal static class RefusalText
{
    /// <summary>In general.</summary>
    public static string Of(string? refusal) => refusal switch
    {
        "out-of-stock" => "An item of the order does not have enough stock.",
        "insufficient-credit" => "Your credit is not enough for this order.",
        "unknown-user" => "Your account does not exist any more. Buy again, and another is opened.",
        "unknown-item" or "not-found" => "An item of this order is not sold any more.",
        "checkout-expired" => "The checkout took too long and was called off.",
        "idempotency-key-reused" => "This form has been sent before, with other entries.",
        _ => "The order could not be placed.",
    };

    /// <summary>With what is missing, as far as it can be seen.</summary>
    /// <param name="refusal">Why.</param>
    /// <param name="lines">What was to be bought.</param>
    /// <param name="products">The catalog.</param>
    /// <param name="credit">Of who was to pay.</param>
    public static IReadOnlyList<string> Missing(string refusal, IReadOnlyList<OrderedItem> lines, IReadOnlyList<Product> products, long? credit)
    {
        var known = products.ToDictionary(static product => product.ItemId);
        if (refusal == "out-of-stock")
        {
            return [.. from line in lines
                let product = known.GetValueOrDefault(line.Item)
                where product is not null && product.Stock < line.Quantity
                select product.Stock == 0 ? $"{product.Name} is sold out." : $"{product.Name}: {product.Stock} left, and you asked for {line.Quantity}."];
        }

        if (refusal != "insufficient-credit" || credit is not { } has) return [];
        var total = lines.Sum(line => line.Quantity * (known.GetValueOrDefault(line.Item)?.Price ?? 0));
        return total > has ? [$"The order costs {Money.Text(total)} and your credit is {Money.Text(has)}: {Money.Text(total - has)} are missing."] : [];
    }
}
