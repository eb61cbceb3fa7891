using System.Text.Json.Serialization;

namespace Stock.Api.Catalog;

internal sealed record ProductView(
    [property: JsonPropertyName("item_id")] string ItemId, string Name, string Description, string Picture, long Price, long Stock);
