using System.Text.Json.Serialization;

namespace Stock.Api.Items;

internal sealed record ItemStock([property: JsonPropertyName("item_id")] string ItemId, long Stock);
