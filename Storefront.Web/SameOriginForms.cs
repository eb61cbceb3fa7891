using Microsoft.AspNetCore.Antiforgery;

namespace Storefront.Web;

/// <summary>
/// Accepts forms that, as the browser says, come from this site's own pages. The framework compares a form with a cookie, and fails a valid form whose cookie
/// another tab has replaced. Clients that are not browsers, or very old ones, do not send these headers and still need the cookie.
/// </summary>
internal sealed class SameOriginForms(IAntiforgery tokens) : IAntiforgery
{
    private const string FetchSite = "Sec-Fetch-Site";

    /// <inheritdoc />
    public AntiforgeryTokenSet GetAndStoreTokens(HttpContext httpContext) => tokens.GetAndStoreTokens(httpContext);

    /// <inheritdoc />
    public AntiforgeryTokenSet GetTokens(HttpContext httpContext) => tokens.GetTokens(httpContext);

    /// <inheritdoc />
    public async Task<bool> IsRequestValidAsync(HttpContext httpContext) =>
        IsSameOrigin(httpContext.Request) || await tokens.IsRequestValidAsync(httpContext);

    /// <inheritdoc />
    public Task ValidateRequestAsync(HttpContext httpContext) =>
        IsSameOrigin(httpContext.Request) ? Task.CompletedTask : tokens.ValidateRequestAsync(httpContext);

    /// <inheritdoc />
    public void SetCookieTokenAndHeader(HttpContext httpContext) => tokens.SetCookieTokenAndHeader(httpContext);

    // Neither header can be set by a page's scripts. Over plain HTTP browsers send only Origin.
    private static bool IsSameOrigin(HttpRequest request)
    {
        if (request.Headers[FetchSite].ToString() is { Length: > 0 } site) return site == "same-origin";
        return Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var origin)
            && origin.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }
}
