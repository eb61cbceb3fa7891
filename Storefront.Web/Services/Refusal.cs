namespace Storefront.Web.Services;

/// <summary>A service's reason for rejecting a request.</summary>
/// <param name="Name">The problem type without <c>urn:shop:problem:</c>, for example <c>out-of-stock</c>.</param>
internal sealed record Refusal(string Name);
