using System.Text.Json.Serialization;
using Order.Api.Checkout.Saga;

namespace Order.Api.Orders;

internal sealed record PlacedOrderView(
    [property: JsonPropertyName("order_id")] string OrderId,
    [property: JsonPropertyName("user_id")] string UserId,
    string Status,
    string? Refusal,
    PlacedLineView[] Lines,
    [property: JsonPropertyName("total_cost")] long TotalCost,
    Shipping? Shipping,
    [property: JsonPropertyName("placed_at")] DateTime? PlacedAt);
