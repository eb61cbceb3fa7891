using System.Text.Json.Serialization;

namespace Order.Api.Orders;

internal sealed record OrderCreated([property: JsonPropertyName("order_id")] string OrderId);
