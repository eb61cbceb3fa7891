using Microsoft.Extensions.Options;
using ServiceDefaults;

namespace Storefront.Web;

/// <summary>Shows browsers an error page where programs get a problem document: unknown paths, expired forms, unavailable services.</summary>
internal sealed partial class PageErrors(
    RequestDelegate next, IOptions<DependencyFailures> failures, RejectedRequests rejected, ILogger<PageErrors> logger)
{
    private const string ErrorPage = "/error";

    public async Task InvokeAsync(HttpContext context)
    {
        if (!IsForPeople(context.Request))
        {
            await next(context);
            return;
        }

        try
        {
            await next(context);
            var response = context.Response;
            if (response.StatusCode < StatusCodes.Status400BadRequest || response.HasStarted || response.ContentType is not null) return;
        }
        catch (Exception e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested && e is not BadHttpRequestException)
        {
            context.Response.Clear();
            if (failures.Value.ReasonOf(e) is { } reason)
            {
                LogUnavailable(logger, context.Request.Path, reason, e.Message);
                rejected.Count(reason);
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                context.Response.Headers.RetryAfter = "1";
            }
            else
            {
                LogUnexpected(logger, context.Request.Path, e);
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            }
        }

        var (path, method, endpoint) = (context.Request.Path, context.Request.Method, context.GetEndpoint());
        (context.Request.Path, context.Request.Method) = (ErrorPage, HttpMethods.Get);
        context.SetEndpoint(null);
        context.Request.RouteValues.Clear();
        await next(context);
        (context.Request.Path, context.Request.Method) = (path, method);
        context.SetEndpoint(endpoint); // the span's route
    }

    private static bool IsForPeople(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase) && request.Path != ErrorPage;

    [LoggerMessage(511, LogLevel.Error, "The page {Path} failed")]
    private static partial void LogUnexpected(ILogger logger, string path, Exception exception);

    [LoggerMessage(512, LogLevel.Warning, "The page {Path} returned 503, {Reason}: {Message}")]
    private static partial void LogUnavailable(ILogger logger, string path, string reason, string message);
}
