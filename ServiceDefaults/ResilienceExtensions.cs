using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Timeout;

namespace ServiceDefaults;

#pragma warning disable EXTEXP0001 // Experimental, and the only way to a retry's request and to take the handler off one client.

/// <summary>Configures the resilience of HTTP clients.</summary>
public static class ResilienceExtensions
{
    /// <summary>The header that makes a request safe to retry.</summary>
    public const string IdempotencyKeyHeader = "Idempotency-Key";

    /// <summary>Attempts after the first one.</summary>
    private const int RetriesMax = 2;

    /// <summary>A call with all its attempts and pauses has its answer's headers by then; otherwise a <see cref="TimeoutRejectedException"/>.</summary>
    private static readonly TimeSpan TotalTimeMax = TimeSpan.FromSeconds(30);

    /// <summary>Time limit of an attempt.</summary>
    internal static readonly TimeSpan AttemptTimeMax = TimeSpan.FromSeconds(10);

    /// <summary>Before the first retry; doubles, and is jittered.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    /// <summary>A server that asks for a longer pause (Retry-After) is not asked again.</summary>
    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromSeconds(2);

    /// <summary>Adds the standard handler: time limits for all requests, retries for those that are safe to repeat.</summary>
    public static IHttpClientBuilder AddResilience(this IHttpClientBuilder http)
    {
        http.AddStandardResilienceHandler(Configure);
        return http.ConfigureHttpClient(static client => client.Timeout = 2 * TotalTimeMax); // with the answer's body, which the handler does not limit
    }

    /// <summary>Takes the handler off one client, for calls that set limits of their own.</summary>
    public static IHttpClientBuilder RemoveResilience(this IHttpClientBuilder http) => http.RemoveAllResilienceHandlers();

    /// <summary>
    /// May the request be sent twice? GET, HEAD, OPTIONS, or an <c>Idempotency-Key</c> header, and a body that is held in memory.
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
        // Never opens: it counts all replicas of a service as one, so a single slow one would have requests to all of them refused.
        options.CircuitBreaker.ShouldHandle = static _ => PredicateResult.False();
    }

    // No connection or a broken one, an attempt out of time, or an answer that will pass. The last attempt's outcome is the caller's.
    private static bool ShouldRetry(ResilienceContext context, Outcome<HttpResponseMessage> outcome)
    {
        if (context.CancellationToken.IsCancellationRequested || context.GetRequestMessage() is not { } request || !IsRepeatable(request)) return false;
        return outcome.Result is { } response ? IsTransient(response) : outcome.Exception is HttpRequestException or TimeoutRejectedException;
    }

    private static bool IsTransient(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
            or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
        && (response.Headers.RetryAfter is not { } after || after.Delta <= RetryAfterMax); // not by a date, which is of a clock that may be off

    private static bool IsSafe(HttpMethod method) => method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Options;
}
