using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults;
using Stock.Api.Items;

namespace Stock.Api.Catalog;

/// <summary>Endpoints for the storefront and its operators to read and fill the catalog. The gateway does not route them.</summary>
internal static class CatalogEndpoints
{
    /// <summary>Maximum number of items per call for names.</summary>
    public const int NamesMax = 1_000;

    public static void MapCatalog(this WebApplication app)
    {
        var catalog = app.MapGroup("/internal").WithTags("Catalog").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        catalog.MapGet("/catalog", ReadAsync).WithName("Catalog").WithSummary("Returns all products with price, stock and state, including hidden ones.");
        catalog.MapPost("/catalog/names", NamesAsync).WithName("DeletedNames").ProducesProblem(StatusCodes.Status400BadRequest)
            .WithSummary("Returns the names of deleted products, for old orders.");
        catalog.MapPost("/catalog/fill", FillAsync).WithName("FillCatalog")
            .WithSummary("Raises the stock of the seed products to its initial value, except for deleted ones.");
        if (app.Environment.IsDevelopment())
            catalog.MapPost("/reset", ResetAsync).WithName("ResetStock")
                .WithSummary("Deletes all items and creates the seed products again. A part of Order.Api's reset.");
    }

    private static async Task<Ok<CatalogView>> ReadAsync(ProductCatalog catalog) =>
        TypedResults.Ok(new CatalogView([.. (await catalog.ReadAsync()).Select(static one => one.ToView())]));

    private static async Task<Results<Ok<DeletedNames>, ProblemHttpResult>> NamesAsync(PricesRequest request, ProductCatalog catalog) =>
        request.Items is { Length: >= 1 and <= NamesMax } ids && Array.TrueForAll(ids, PathValues.IsId)
            ? TypedResults.Ok(new DeletedNames(await catalog.DeletedNamesAsync(ids)))
            : Problems.Invalid("The request must have 1 to 1000 items.");

    private static async Task<Ok<CatalogFilled>> FillAsync(ProductCatalog catalog) => TypedResults.Ok(new CatalogFilled(await catalog.FillAsync()));

    private static async Task<NoContent> ResetAsync(ProductCatalog catalog)
    {
        await catalog.ResetAsync();
        return TypedResults.NoContent();
    }
}
