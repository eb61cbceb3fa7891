using System.Text.Json.Serialization;

namespace Stock.Api.Items;

internal sealed record ItemCreated([property: JsonPropertyName("item_id")] string ItemId);
