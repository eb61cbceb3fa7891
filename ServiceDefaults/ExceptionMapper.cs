using System.Data.Common;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Polly;

namespace ServiceDefaults;

/// <summary>Tells which exceptions mean that a dependency is down (503), as opposed to a bug (500).</summary>
public sealed class DependencyFailures
{
    private readonly List<Func<Exception, bool>> _predicates =
    [
        static e => e is DbException { IsTransient: true },
        static e => e is HttpRequestException or TimeoutException or SocketException or OverloadException,
        static e => e is ExecutionRejectedException, // Polly: time limit, open circuit, rate limit
        static e => e is OperationCanceledException { InnerException: TimeoutException }, // HttpClient.Timeout
    ];

    /// <summary>Adds a kind of failure.</summary>
    public void Add(Func<Exception, bool> predicate) => _predicates.Add(predicate);

    /// <summary>Does the exception mean that a dependency is down?</summary>
    public bool Contains(Exception exception) => _predicates.Exists(predicate => predicate(exception));
}

/// <summary>Registers how exceptions become answers.</summary>
public static class ProblemsExtensions
{
    /// <summary>Exceptions of this type, for which the predicate holds, are answered with 503 instead of 500.</summary>
    public static IServiceCollection AddDependencyFailure<TException>(this IServiceCollection services, Func<TException, bool>? predicate = null)
        where TException : Exception =>
        services.Configure<DependencyFailures>(failures => failures.Add(e => e is TException failure && (predicate is null || predicate(failure))));

    internal static void AddProblems(this IServiceCollection services)
    {
        services.AddProblemDetails(static options => options.CustomizeProblemDetails = Problems.Customize);
        services.AddExceptionHandler<ExceptionMapper>();
        // In every environment alike: an argument that cannot be read says which one it was.
        services.Configure<RouteHandlerOptions>(static options => options.ThrowOnBadRequest = true);
    }
}

/// <summary>The one place where an exception becomes an answer. The client is told nothing of it, but for what is wrong with its own request.</summary>
internal sealed partial class ExceptionMapper(IOptions<DependencyFailures> dependencyFailures, TimeProvider time, ILogger<ExceptionMapper> logger)
    : IExceptionHandler
{
    private readonly DependencyFailures _dependencyFailures = dependencyFailures.Value;
    private long _logAgainAt = long.MinValue;
    private int _unlogged;

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested) return false;
        await Map(httpContext, exception).ExecuteAsync(httpContext);
        return true;
    }

    private IResult Map(HttpContext context, Exception exception)
    {
        if (exception is BadHttpRequestException bad) return BadRequest(bad);
        context.Features.Get<IHttpActivityFeature>()?.Activity.SetTag("error.type", exception.GetType().FullName);
        if (_dependencyFailures.Contains(exception))
        {
            LogUnavailable(context, exception);
            return Problems.Unavailable("Something this service depends on does not answer. Try again.");
        }

        // Told to read text of an encoding that nobody knows, the framework fails as if it were its own fault.
        if (MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) && type is { Charset.HasValue: true, Encoding: null })
            return Problems.Problem(StatusCodes.Status415UnsupportedMediaType, "unsupported-media-type", "There is no such charset.");
        LogUnexpected(logger, context.Request.Method, context.Request.Path, exception);
        return Problems.Problem(StatusCodes.Status500InternalServerError, "internal-error", "The service failed.");
    }

    private static ProblemHttpResult BadRequest(BadHttpRequestException exception)
    {
        var message = Parameter().Replace(exception.Message, "parameter \"$1\"");
        var detail = exception.InnerException is JsonException { Path: { } path } ? $"{message} At {path}." : message;
        return Problems.Problem(exception.StatusCode, Problems.NameOf(exception.StatusCode), detail);
    }

    // Once a second: while a dependency is down every request ends here.
    private void LogUnavailable(HttpContext context, Exception exception)
    {
        var now = time.GetTimestamp();
        var logAgainAt = Volatile.Read(ref _logAgainAt);
        if (now < logAgainAt || Interlocked.CompareExchange(ref _logAgainAt, now + time.TimestampFrequency, logAgainAt) != logAgainAt)
        {
            Interlocked.Increment(ref _unlogged);
            return;
        }

        var unlogged = Interlocked.Exchange(ref _unlogged, 0);
        LogUnavailable(logger, context.Request.Method, context.Request.Path, exception.GetType().Name, exception.Message, unlogged);
    }

    // The framework names a parameter with its type, which is none of a client's business.
    [GeneratedRegex("parameter \"[^\"]* (\\w+)\"")]
    private static partial Regex Parameter();

    [LoggerMessage(111, LogLevel.Error, "{Method} {Path} failed")]
    private static partial void LogUnexpected(ILogger logger, string method, string path, Exception exception);

    [LoggerMessage(112, LogLevel.Warning, "{Method} {Path}: a dependency is down, {Exception}: {Reason}; {Unlogged} more since the last such line")]
    private static partial void LogUnavailable(ILogger logger, string method, string path, string exception, string reason, int unlogged);
}
