using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Storefront.Web;

/// <summary>
/// Rejects a POST to a page that is not a form with 415. Otherwise it would fail for its missing antiforgery token, as 400. Runs after routing.
/// </summary>
internal sealed class PageForms(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method) || context.Request.HasFormContentType
            || context.GetEndpoint()?.Metadata.GetMetadata<PageActionDescriptor>() is null) return next(context);
        context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        return Task.CompletedTask;
    }
}
