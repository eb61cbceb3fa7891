using Microsoft.AspNetCore.Http.HttpResults;
using Stock.Api.Items;

namespace Stock.Api.Catalog;

/// <summary>Endpoints for the storefront and its operators to read and fill the catalog. The gateway does not route them.</summary>
internal static class CatalogEndpoints
{
    public static void MapCatalog(this WebApplication app)
    {
        var catalog = app.MapGroup("/internal").WithTags("Catalog").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        catalog.MapGet("/catalog", ReadAsync).WithName("Catalog").WithSummary("All products with price and stock.");
        catalog.MapPost("/catalog/fill", FillAsync).WithName("FillCatalog")
            .WithSummary("Puts back the first products that are missing, and fills up their stock to what it was at first.");
        if (app.Environment.IsDevelopment())
            catalog.MapPost("/reset", ResetAsync).WithName("ResetStock").WithSummary("All items go, and the first products come: a part of Order.Api's reset.");
    }

    private static async Task<Ok<CatalogView>> ReadAsync(ProductCatalog catalog) => TypedResults.Ok(new CatalogView(
        [.. (await catalog.ReadAsync()).Select(static one =>
            new ProductView(one.Id, one.Product.Name, one.Product.Description, one.Product.Picture, one.Item.Price, one.Item.Available))]));

    private static async Task<Ok<CatalogFilled>> FillAsync(ProductCatalog catalog) => TypedResults.Ok(new CatalogFilled(await catalog.FillAsync()));

    private static async Task<NoContent> ResetAsync(ProductCatalog catalog)
    {
        await catalog.ResetAsync();
        return TypedResults.NoContent();
    }
}
