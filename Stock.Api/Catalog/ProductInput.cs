using System.ComponentModel;
using System.Text.Json.Serialization;

namespace Stock.Api.Catalog;

/// <summary>Fields of a product. Unknown fields are rejected. The last three are computed: they may be sent back as they were.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ProductInput(
    [property: Description("1 to 100 characters; unique, ignoring case.")] string? Name,
    [property: Description("At most 1000 characters.")] string? Description,
    [property: Description("Whole dollars, 1 to 1000000000.")] long? Price,
    [property: Description("Available pieces, 0 to 1000000000. The difference counts as added or subtracted.")] long? Stock,
    [property: Description("active or hidden.")] string? State,
    [property: JsonPropertyName("item_id")] string? ItemId,
    [property: Description("Uploaded by PUT /products/{id}/picture.")] string? Picture,
    long? Revision);
