using Storefront.Web.Services;

namespace Storefront.Web.Operations;

/// <summary>The state of all services at one time.</summary>
/// <param name="Windows">Figures by service, added up over the replicas that responded.</param>
/// <param name="Sagas">Null if unknown.</param>
/// <param name="Products">Null if unknown.</param>
/// <param name="Silent">Replicas that did not respond, with their addresses.</param>
internal sealed record Overview(
    IReadOnlyDictionary<string, FigureWindow> Windows, OpenSagas? Sagas, IReadOnlyList<Product>? Products, IReadOnlyList<string> Silent);
