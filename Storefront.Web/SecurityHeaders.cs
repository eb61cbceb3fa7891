namespace Storefront.Web;

/// <summary>Tells browsers to run no script, to be framed by nobody, and to load nothing from elsewhere.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private const string Policy =
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin"; // an order's address is its key
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=()";
        // The page of the API document, in development, is the one that needs scripts.
        if (!context.Request.Path.StartsWithSegments("/swagger", StringComparison.Ordinal)) headers.ContentSecurityPolicy = Policy;
        return next(context);
    }
}
