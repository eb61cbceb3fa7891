using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using ServiceDefaults;
using ServiceKit.Http;
using ServiceKit.Idempotency;

namespace Stock.Api.Catalog;

/// <summary>
/// Endpoints for products. Everyone may read active products; the rest needs the operator's key. The storefront, whose operators have entered it already, has
/// the same changes under <c>/internal</c>, which the gateway does not route.
/// </summary>
internal static class ProductEndpoints
{
    private static readonly string[] JsonTypes = ["application/json"];

    public static void MapProducts(this WebApplication app)
    {
        var products = app.MapGroup("/products").WithTags("Products").ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        products.MapGet("", ListAsync).WithName("ListProducts").Produces<ProductPageView>()
            .WithSummary("Returns a page of products. search: words in the name or description; sort: name, price, stock or created, with - for descending; "
                + "page: from 1; limit: 1 to 100 (default 20). For operators also state: active, hidden or all.");
        products.MapGet("/{id}", FindAsync).WithName("FindProduct").Produces<ProductView>().ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Returns a product, with its revision as ETag. Sales change its stock, but not the revision.");
        products.MapGet("/{id}/picture", PictureEndpoints.FindAsync).WithName("FindPicture")
            .Produces(StatusCodes.Status200OK, contentType: Picture.MediaTypes[0], additionalContentTypes: Picture.MediaTypes[1..])
            .Produces(StatusCodes.Status304NotModified).ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Returns a product's uploaded picture: PNG, JPEG or SVG.");
        var changes = products.MapGroup("").AddEndpointFilter(app.Services.GetRequiredService<OperatorKey>())
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status403Forbidden);
        foreach (var group in new[] { changes, app.MapGroup("/internal/products").ExcludeFromDescription() }) MapChanges(group, isPublic: group == changes);
    }

    private static void MapChanges(RouteGroupBuilder group, bool isPublic)
    {
        Add("CreateProduct", group.MapPost("", CreateAsync)).Accepts<ProductInput>(JsonTypes[0]).Produces<ProductView>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status409Conflict).WithSummary("Creates a product. Name and price are required.");
        AddChange("ReplaceProduct", group.MapPut("/{id}", ReplaceAsync)).Accepts<ProductInput>(JsonTypes[0])
            .WithSummary("Replaces all fields of a product. If stock is missing, it is kept. With If-Match, only if the ETag matches.");
        AddChange("ChangeProduct", group.MapPatch("/{id}", ChangeAsync)).Accepts<ProductInput>("application/merge-patch+json", JsonTypes)
            .WithSummary("Changes the given fields of a product. With If-Match, only if the ETag matches.");
        Add("DeleteProduct", group.MapDelete("/{id}", DeleteAsync)).Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status412PreconditionFailed)
            .WithSummary("Deletes a product permanently. It can no longer be bought, but old orders still show its name.");
        AddChange("SetPicture", group.MapPut("/{id}/picture", PictureEndpoints.SetAsync)).Accepts<byte[]>("*/*") // its bytes decide
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .WithSummary("Sets a product's picture: PNG, JPEG or SVG, detected from its bytes, up to 1 MiB. Removes scripts and links from an SVG.");
        AddChange("RemovePicture", group.MapDelete("/{id}/picture", PictureEndpoints.RemoveAsync)).WithSummary("Removes a product's picture.");

        RouteHandlerBuilder AddChange(string name, RouteHandlerBuilder route) => Add(name, route).Produces<ProductView>()
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status412PreconditionFailed);

        RouteHandlerBuilder Add(string name, RouteHandlerBuilder route) => isPublic ? route.WithName(name) : route;
    }

    private static async Task<IResult> ListAsync([AsParameters] ProductListParameters parameters, ProductCatalog catalog, OperatorKey key, HttpContext context)
    {
        var errors = new Dictionary<string, string[]>();
        if (ProductQuery.Read(parameters, errors) is not { } query) return ProductAnswers.Invalid(errors);
        if (query.State != ProductState.Active && !key.IsGiven(context))
            return ProductAnswers.Invalid(new() { ["state"] = ["must be active, unless the request has the operator's key."] });
        return TypedResults.Ok(query.Select(await catalog.ReadAsync()));
    }

    private static async Task<IResult> FindAsync(string id, ProductCatalog catalog, OperatorKey key, HttpContext context)
    {
        if (!PathValues.IsId(id) || await catalog.FindAsync(id) is not { } found) return ProductAnswers.Unknown();
        if (found.Product.State != ProductState.Active && !key.IsGiven(context)) return ProductAnswers.Unknown();
        return ProductAnswers.Of((ProductOutcome.Done, found), context, null);
    }

    private static async Task<IResult> CreateAsync(HttpContext context, ProductStore store, IdempotencyKey? key)
    {
        var errors = new Dictionary<string, string[]>();
        if (ProductReader.Read(await ReadAsync(context.Request), null, isWhole: true, errors) is not { } product) return ProductAnswers.Invalid(errors);
        var (outcome, created) = await store.CreateAsync(product, key);
        if (outcome != ProductOutcome.Done) return ProductAnswers.Problem(outcome, null);
        context.Response.Headers.ETag = RevisionTag.Of(created!.Product.Revision);
        return TypedResults.Created($"/products/{created.Id}", created.ToView());
    }

    private static Task<IResult> ReplaceAsync(string id, HttpContext context, ProductStore store, IfMatch? match) =>
        SaveAsync(id, context, store, match, isWhole: true);

    private static Task<IResult> ChangeAsync(string id, HttpContext context, ProductStore store, IfMatch? match) =>
        SaveAsync(id, context, store, match, isWhole: false);

    private static async Task<IResult> SaveAsync(string id, HttpContext context, ProductStore store, IfMatch? match, bool isWhole)
    {
        if (!PathValues.IsId(id)) return ProductAnswers.Unknown();
        var errors = new Dictionary<string, string[]>();
        return ProductReader.Read(await ReadAsync(context.Request), id, isWhole, errors) is { } change
            ? ProductAnswers.Of(await store.ChangeAsync(id, RevisionTag.Read(match), change), context, match)
            : ProductAnswers.Invalid(errors);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(string id, ProductStore store, IfMatch? match)
    {
        if (!PathValues.IsId(id)) return ProductAnswers.Unknown();
        var outcome = await store.DeleteAsync(id, RevisionTag.Read(match));
        return outcome == ProductOutcome.Done ? TypedResults.NoContent() : ProductAnswers.Problem(outcome, match);
    }

    // Not a parameter of the endpoints: those are bound before the operator's key is checked.
    private static async Task<ProductInput> ReadAsync(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !(type.MatchesMediaType(JsonTypes[0]) || type.Suffix == "json"))
            throw new BadHttpRequestException("The body must be JSON.", StatusCodes.Status415UnsupportedMediaType);
        try
        {
            return await request.ReadFromJsonAsync<ProductInput>(request.HttpContext.RequestAborted)
                ?? throw new BadHttpRequestException("The body must be an object.");
        }
        catch (JsonException e)
        {
            throw new BadHttpRequestException("The body is not a valid product.", e);
        }
    }
}
