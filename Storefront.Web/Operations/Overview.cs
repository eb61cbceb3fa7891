using Storefront.Web.Services;

namespace Storefront.Web.Operations;

/// <summary>What the services say of themselves at one time.</summary>
/// <param name="Windows">Of each service, all replicas that answer together.</param>
/// <param name="Sagas">Null: not known.</param>
/// <param name="Products">Null: not known.</param>
/// <param name="Silent">Who does not answer.</param>
internal sealed record Overview(
    IReadOnlyDictionary<string, FigureWindow> Windows, OpenSagas? Sagas, IReadOnlyList<Product>? Products, IReadOnlyList<string> Silent);
