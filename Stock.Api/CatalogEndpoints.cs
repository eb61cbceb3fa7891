using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Stock.Api.Catalog;

namespace Stock.Api;

internal sealed record ProductView(
    [property: JsonPropertyName("item_id")] string ItemId, string Name, string Description, string Picture, long Price, long Stock);

internal sealed record CatalogView(ProductView[] Products);

/// <summary>The catalog, for the storefront; the gateway does not route it.</summary>
internal static class CatalogEndpoints
{
    public static void MapCatalog(this WebApplication app) => app.MapGet("/internal/catalog", ReadAsync).WithName("Catalog").WithTags("Catalog")
        .WithSummary("All products with price and stock.").ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<Ok<CatalogView>> ReadAsync(ProductCatalog catalog) => TypedResults.Ok(new CatalogView(
        [.. (await catalog.ReadAsync()).Select(static one =>
            new ProductView(one.Id, one.Product.Name, one.Product.Description, one.Product.Picture, one.Item.Price, one.Item.Available))]));
}
