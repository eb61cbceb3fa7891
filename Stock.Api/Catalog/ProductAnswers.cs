using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults;
using ServiceKit.Http;

namespace Stock.Api.Catalog;

/// <summary>Responses to changes of products.</summary>
internal static class ProductAnswers
{
    /// <summary>The changed product with its ETag, or the problem.</summary>
    public static IResult Of((ProductOutcome Outcome, StockedProduct? Product) change, HttpContext context, IfMatch? match)
    {
        if (change.Outcome != ProductOutcome.Done) return Problem(change.Outcome, match);
        var view = change.Product!.ToView();
        context.Response.Headers.ETag = RevisionTag.Of(view.Revision);
        return TypedResults.Ok(view);
    }

    public static ProblemHttpResult Problem(ProductOutcome outcome, IfMatch? match) => outcome switch
    {
        ProductOutcome.UnknownProduct => Unknown(),
        ProductOutcome.OtherRevision when match is null => Problems.Conflict("product-changed", "The product was changed at the same time. Try again."),
        ProductOutcome.OtherRevision => Problems.PreconditionFailed("product-changed", "The product was changed since. Read it again."),
        ProductOutcome.NameTaken => Problems.Conflict("duplicate-product", "Another product has this name."),
        ProductOutcome.TooManyProducts => Problems.Refused("too-many-products", $"The catalog can have at most {ProductStore.CountMax} products."),
        ProductOutcome.TooManyPictures => Problems.Refused(
            "too-many-pictures", $"All pictures together can have at most {ProductStore.PicturesBytesMax / (1024 * 1024)} MiB."),
        ProductOutcome.Overflow => Problems.Refused("amount-too-large", "The stock would exceed 64 bits."),
        ProductOutcome.KeyReused => Problems.KeyReused(),
        _ => throw new InvalidOperationException($"{outcome} is not a refusal."),
    };

    /// <summary>400 with the errors by field.</summary>
    public static ProblemHttpResult Invalid(Dictionary<string, string[]> errors)
    {
        var problem = Problems.Invalid(string.Join(' ', errors.Select(static field => $"{field.Key}: {string.Join(' ', field.Value)}")));
        problem.ProblemDetails.Extensions["errors"] = errors;
        return problem;
    }

    public static ProblemHttpResult Unknown() => Problems.NotFound("Product not found.");
}
