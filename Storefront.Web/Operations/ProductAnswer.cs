using Storefront.Web.Services;

namespace Storefront.Web.Operations;

/// <summary>Stock.Api's answer to a change of a product.</summary>
/// <param name="Product">The changed product; null if it was refused, or deleted.</param>
/// <param name="Problem">The name of the problem; null if there is none.</param>
/// <param name="Detail">The problem in words.</param>
/// <param name="Errors">Errors by field.</param>
internal sealed record ProductAnswer(Product? Product, string? Problem, string? Detail, IReadOnlyDictionary<string, string[]> Errors)
{
    public bool IsUnknown => Problem == "not-found";
}
