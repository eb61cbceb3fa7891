using System.Text.Json.Serialization;

namespace Order.Api.Orders;

internal sealed record PlaceOrder([property: JsonPropertyName("user_id")] string UserId, PlaceLine[] Lines, Shipping Shipping);
