using System.Text.Json.Serialization;

namespace Order.Api.Orders;

internal sealed record OrderChanged([property: JsonPropertyName("order_id")] string OrderId);
