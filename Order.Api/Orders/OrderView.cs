using System.Text.Json.Serialization;

namespace Order.Api.Orders;

internal sealed record OrderView(
    [property: JsonPropertyName("order_id")] string OrderId,
    bool Paid,
    [property: JsonConverter(typeof(OrderLinesConverter))] IReadOnlyList<OrderLine> Items,
    [property: JsonPropertyName("user_id")] string UserId,
    [property: JsonPropertyName("total_cost")] long TotalCost);
