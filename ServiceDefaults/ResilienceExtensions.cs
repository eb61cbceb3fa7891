using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Timeout;

namespace ServiceDefaults;

#pragma warning disable EXTEXP0001 // Experimental, but the only way to get a retry's request and to remove the handler from one client.

/// <summary>Configures the resilience of HTTP clients.</summary>
public static class ResilienceExtensions
{
    /// <summary>The header that makes a request safe to retry.</summary>
    public const string IdempotencyKeyHeader = "Idempotency-Key";

    /// <summary>Maximum number of attempts after the first.</summary>
    private const int RetriesMax = 2;

    /// <summary>
    /// Time limit for the response headers, including all attempts and pauses. If exceeded, a <see cref="TimeoutRejectedException"/> is thrown.
    /// </summary>
    private static readonly TimeSpan TotalTimeMax = TimeSpan.FromSeconds(30);

    /// <summary>Timeout of each attempt.</summary>
    internal static readonly TimeSpan AttemptTimeMax = TimeSpan.FromSeconds(10);

    /// <summary>Pause before the first retry. It doubles with each retry and has jitter.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    /// <summary>If the server requests a longer pause (Retry-After), there is no retry.</summary>
    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromSeconds(2);

    /// <summary>Adds the standard handler: timeouts for all requests, and retries for those that are safe to repeat.</summary>
    public static IHttpClientBuilder AddResilience(this IHttpClientBuilder http)
    {
        http.AddStandardResilienceHandler(Configure);
        return http.ConfigureHttpClient(static client => client.Timeout = 2 * TotalTimeMax); // includes the response body, which the handler does not limit
    }

    /// <summary>Removes the handler from one client, for calls with limits of their own.</summary>
    public static IHttpClientBuilder RemoveResilience(this IHttpClientBuilder http) => http.RemoveAllResilienceHandlers();

    /// <summary>
    /// Whether the request may be sent twice: GET, HEAD, OPTIONS, or with an <c>Idempotency-Key</c> header, and with its body in memory.
    /// </summary>
    internal static bool IsRepeatable(HttpRequestMessage request) =>
        (IsSafe(request.Method) || request.Headers.Contains(IdempotencyKeyHeader))
        && request.Content is null or ByteArrayContent or ReadOnlyMemoryContent or JsonContent;

    private static void Configure(HttpStandardResilienceOptions options)
    {
        options.TotalRequestTimeout.Timeout = TotalTimeMax;
        options.AttemptTimeout.Timeout = AttemptTimeMax;
        options.Retry.MaxRetryAttempts = RetriesMax;
        options.Retry.Delay = RetryPause;
        options.Retry.ShouldHandle = static arguments => ValueTask.FromResult(ShouldRetry(arguments.Context, arguments.Outcome));
        // Never opens: it treats all replicas of a service as one, so a single slow replica would block requests to all of them.
        options.CircuitBreaker.ShouldHandle = static _ => PredicateResult.False();
    }

    // The connection failed, the attempt timed out, or the response is a temporary error. The outcome of the last attempt goes to the caller.
    private static bool ShouldRetry(ResilienceContext context, Outcome<HttpResponseMessage> outcome)
    {
        if (context.CancellationToken.IsCancellationRequested || context.GetRequestMessage() is not { } request || !IsRepeatable(request)) return false;
        return outcome.Result is { } response ? IsTransient(response) : outcome.Exception is HttpRequestException or TimeoutRejectedException;
    }

    private static bool IsTransient(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
            or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
        && (response.Headers.RetryAfter is not { } after || after.Delta <= RetryAfterMax); // dates are not supported, because the server's clock may be off

    private static bool IsSafe(HttpMethod method) => method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Options;
}
