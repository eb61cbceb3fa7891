using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoadTest.Checkouts;

/// <summary>An order as returned by <c>GET /orders/find</c>.</summary>
/// <param name="User">The user's id.</param>
/// <param name="TotalCost">The cost of all lines.</param>
/// <param name="Items">Each line's item id and number of pieces.</param>
internal sealed record FoundOrder(
    [property: JsonPropertyName("paid"), JsonRequired] bool IsPaid, [property: JsonPropertyName("user_id"), JsonRequired] string User,
    [property: JsonPropertyName("total_cost"), JsonRequired] long TotalCost, [property: JsonPropertyName("items"), JsonRequired] JsonElement[][] Items);
