using System.Globalization;
using Storefront.Web.Services;

namespace Storefront.Web.Orders;

/// <summary>Describes orders to shoppers.</summary>
internal static class OrderText
{
    /// <summary>The product's name; the item's id if it never was a product.</summary>
    public static string NameOf(string item, IReadOnlyDictionary<string, string> names) => names.GetValueOrDefault(item) ?? $"Item {item}";

    /// <summary>For example "2 × Mug, 1 × Teapot".</summary>
    public static string Lines(Order order, IReadOnlyDictionary<string, string> names) =>
        string.Join(", ", order.Lines.Select(line => $"{line.Quantity} × {NameOf(line.Item, names)}"));

    /// <summary>The status in one or two words.</summary>
    public static string Status(string status) => status switch
    {
        "paid" => "Paid",
        "checking-out" => "Processing",
        "refused" or "open" => "Not paid",
        _ => status,
    };

    /// <summary>The price of one piece; pieces of one line can have been added at different prices.</summary>
    public static string UnitPrice(OrderLine line) => line.Cost % line.Quantity == 0 ? Money.Text(line.Cost / line.Quantity) : "several prices";

    /// <summary>For example "5 May 2026, 14:05 UTC".</summary>
    public static string Time(DateTime utc) => utc.ToString("d MMM yyyy, HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
