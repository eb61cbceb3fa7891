using System.Text.Json.Serialization;

namespace Storefront.Web.Services;

/// <summary>A product in Stock.Api's catalog. Its state is active or hidden; its revision changes with each edit.</summary>
internal sealed record Product(
    [property: JsonPropertyName("item_id")] string ItemId,
    string Name,
    string Description,
    [property: JsonPropertyName("picture")] string PictureUrl,
    long Price,
    long Stock,
    string State,
    long Revision)
{
    /// <summary>Names of the states.</summary>
    public const string Active = "active", Hidden = "hidden";
}
