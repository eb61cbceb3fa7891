using System.Text.Json.Serialization;

namespace Order.Api.Orders;

/// <summary>Body of <c>POST /internal/orders</c>.</summary>
/// <param name="UserId">The user who pays.</param>
/// <param name="Lines">Items and quantities.</param>
/// <param name="Shipping">The destination.</param>
internal sealed record PlaceOrder([property: JsonPropertyName("user_id")] string UserId, PlaceLine[] Lines, Shipping Shipping);
