using System.Text.Json.Serialization;

namespace Storefront.Web.Purchases;

internal sealed record ProductFound(
    [property: JsonPropertyName("item_id")] string ItemId,
    [property: JsonPropertyName("product_name")] string ProductName,
    string Description,
    string Picture,
    long Price,
    long Stock);
