using Storefront.Web.Services;

namespace Storefront.Web.Checkout;

/// <summary>Explains refusals to shoppers.</summary>
internal static class RefusalText
{
    /// <summary>The reason in one sentence, without details.</summary>
    public static string Of(string? refusal) => refusal switch
    {
        "out-of-stock" => "We do not have enough stock for this order.",
        "insufficient-credit" => "You do not have enough credit for this order.",
        "unknown-user" => "Your account no longer exists. Buy again to open a new one.",
        "unknown-item" or "not-found" => "An item of this order is no longer sold.",
        "checkout-expired" => "The checkout timed out and was canceled.",
        "price-changed" => "A price has changed.",
        "idempotency-key-reused" => "This form was already submitted with different entries.",
        _ => "The order could not be placed.",
    };

    /// <summary>What is missing of a quantity; null if there is enough.</summary>
    public static string? Shortage(Product product, long quantity) =>
        product.Stock >= quantity ? null : product.Stock == 0 ? "sold out." : $"only {product.Stock} left, and you asked for {quantity}.";

    /// <summary>The missing stock or credit, as far as current stock and credit show it.</summary>
    /// <param name="refusal">The name of the refusal.</param>
    /// <param name="lines">The lines of the refused order.</param>
    /// <param name="products">The catalog.</param>
    /// <param name="credit">The payer's credit; null if unknown.</param>
    public static IReadOnlyList<string> Missing(string refusal, IReadOnlyList<OrderedItem> lines, IReadOnlyList<Product> products, long? credit)
    {
        var known = products.ToDictionary(static product => product.ItemId);
        if (refusal == "out-of-stock")
        {
            return [.. from line in lines
                let product = known.GetValueOrDefault(line.Item)
                where product is not null
                let shortage = Shortage(product, line.Quantity)
                where shortage is not null
                select $"{product.Name}: {shortage}"];
        }

        if (refusal != "insufficient-credit" || credit is not { } has) return [];
        var total = lines.Sum(line => line.Quantity * (known.GetValueOrDefault(line.Item)?.Price ?? 0));
        return total > has ? [$"The order costs {Money.Text(total)} and your credit is {Money.Text(has)}. You need {Money.Text(total - has)} more."] : [];
    }
}
