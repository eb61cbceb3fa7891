using System.Text.Json.Serialization;

namespace Storefront.Web.Purchases;

internal sealed record Purchased(
    [property: JsonPropertyName("order_id")] string OrderId, [property: JsonPropertyName("user_id")] string UserId, string Status);
