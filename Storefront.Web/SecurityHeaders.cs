namespace Storefront.Web;

/// <summary>Sends headers that forbid scripts, framing and content from other sites.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private const string Policy =
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin"; // an order's URL is enough to read it
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()";
        // Only the page of the APIs, in development, needs scripts.
        if (!context.Request.Path.StartsWithSegments("/scalar", StringComparison.Ordinal)) headers.ContentSecurityPolicy = Policy;
        return next(context);
    }
}
