using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace ServiceDefaults;

/// <summary>The single place that turns exceptions into responses. They reveal nothing to the client, except what is wrong with its own request.</summary>
internal sealed partial class ExceptionMapper(IOptions<DependencyFailures> dependencyFailures, TimeProvider time, ILogger<ExceptionMapper> logger)
    : IExceptionHandler
{
    private readonly DependencyFailures _dependencyFailures = dependencyFailures.Value;
    private readonly LogThrottle _unavailable = new(time);

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested) return false;
        await Map(httpContext, exception).ExecuteAsync(httpContext);
        return true;
    }

    private IResult Map(HttpContext context, Exception exception)
    {
        if (exception is BadHttpRequestException bad) return BadRequests.ToProblem(bad);
        context.Features.Get<IHttpActivityFeature>()?.Activity.SetTag("error.type", exception.GetType().FullName);
        if (_dependencyFailures.ReasonOf(exception) is { } reason)
        {
            if (_unavailable.TryEnter(out var skipped))
                LogUnavailable(logger, context.Request.Method, context.Request.Path, reason, exception.GetType().Name, exception.Message, skipped);
            return Problems.Unavailable(reason, "A dependency of this service is not responding. Try again.");
        }

        // If a request has an unknown charset, the framework throws an exception that looks like a server error.
        if (MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) && type is { Charset.HasValue: true, Encoding: null })
            return Problems.Problem(StatusCodes.Status415UnsupportedMediaType, "unsupported-media-type", "The charset is not supported.");
        LogUnexpected(logger, context.Request.Method, context.Request.Path, exception);
        return Problems.Problem(StatusCodes.Status500InternalServerError, "internal-error", "The service failed.");
    }

    [LoggerMessage(111, LogLevel.Error, "{Method} {Path} failed")]
    private static partial void LogUnexpected(ILogger logger, string method, string path, Exception exception);

    [LoggerMessage(112, LogLevel.Warning, "{Method} {Path} returned 503, {Reason}: {Exception}: {Message} ({Skipped} similar lines suppressed)")]
    private static partial void LogUnavailable(
        ILogger logger, string method, string path, string reason, string exception, string message, int skipped);
}
