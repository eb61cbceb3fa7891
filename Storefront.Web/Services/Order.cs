using System.Text.Json.Serialization;

namespace Storefront.Web.Services;

/// <summary>An order. Its status is open, checking-out, paid or refused.</summary>
internal sealed record Order(
    [property: JsonPropertyName("order_id")] string OrderId,
    [property: JsonPropertyName("user_id")] string UserId,
    string Status,
    string? Refusal,
    OrderLine[] Lines,
    [property: JsonPropertyName("total_cost")] long TotalCost,
    Shipping? Shipping,
    [property: JsonPropertyName("placed_at")] DateTime? PlacedAt);
