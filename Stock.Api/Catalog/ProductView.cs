using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Stock.Api.Catalog;

internal sealed record ProductView(
    [property: JsonPropertyName("item_id"), Description("Also the item of /stock and /orders.")] string ItemId,
    string Name,
    string Description,
    [property: Description("The picture's path.")] string Picture,
    [property: Description("Whole dollars.")] long Price,
    [property: Description("Available pieces.")] long Stock,
    [property: Description("active or hidden.")] string State,
    [property: Description("The number of changes; also the ETag.")] long Revision);
