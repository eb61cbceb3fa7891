namespace Storefront.Web.Services;

/// <summary>A refusal as the services word it.</summary>
/// <param name="Name">Behind <c>urn:shop:problem:</c>, e.g. <c>out-of-stock</c>.</param>
internal sealed record Refusal(string Name);
