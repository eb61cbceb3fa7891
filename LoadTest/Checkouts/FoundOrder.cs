using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoadTest.Checkouts;

/// <summary>An order as <c>GET /orders/find</c> has it.</summary>
/// <param name="IsPaid">Whether it is paid.</param>
/// <param name="User">The user's id.</param>
/// <param name="TotalCost">Of all its lines.</param>
/// <param name="Items">For each line an item's id and how many pieces of it.</param>
internal sealed record FoundOrder(
    [property: JsonPropertyName("paid"), JsonRequired] bool IsPaid, [property: JsonPropertyName("user_id"), JsonRequired] string User,
    [property: JsonPropertyName("total_cost"), JsonRequired] long TotalCost, [property: JsonPropertyName("items"), JsonRequired] JsonElement[][] Items);
