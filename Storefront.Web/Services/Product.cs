using System.Text.Json.Serialization;

namespace Storefront.Web.Services;

/// <summary>A product in Stock.Api's catalog.</summary>
internal sealed record Product(
    [property: JsonPropertyName("item_id")] string ItemId, string Name, string Description, string Picture, long Price, long Stock);
