using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace ServiceDefaults;

/// <summary>Limits of every HTTP client.</summary>
public sealed class ResilienceOptions
{
    /// <summary>A call with all its attempts and pauses ends after this; the caller gets a <see cref="TimeoutException"/>.</summary>
    public TimeSpan TotalTimeMax { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>One attempt ends after this.</summary>
    public TimeSpan AttemptTimeMax { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Attempts after the first one, 0 to 2.</summary>
    public int RetriesMax { get; set; } = 2;

    /// <summary>Pause before the first retry; doubles, and is jittered.</summary>
    public TimeSpan RetryPause { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A server that asks for a longer pause (Retry-After) is not asked again.</summary>
    public TimeSpan RetryAfterMax { get; set; } = TimeSpan.FromSeconds(2);
}

/// <summary>Adds resilience to HTTP clients.</summary>
public static class ResilienceExtensions
{
    /// <summary>Adds time limits, and retries for requests that are safe to repeat. <see cref="ResilienceOptions"/> sets the limits.</summary>
    public static IHttpClientBuilder AddResilience(this IHttpClientBuilder http)
    {
        ArgumentNullException.ThrowIfNull(http);
        http.Services.AddOptions<ResilienceOptions>().Validate(
            static options => options.RetriesMax is >= 0 and <= 2 && options.AttemptTimeMax > TimeSpan.Zero && options.TotalTimeMax > TimeSpan.Zero,
            "RetriesMax must be 0 to 2, and the time limits above zero.");
        return http.AddHttpMessageHandler(static services => new ResilienceHandler(
            services.GetRequiredService<IOptions<ResilienceOptions>>().Value, services.GetRequiredService<TimeProvider>()));
    }

    /// <summary>Takes the default limits and retries off one client, for calls that take as long as they take; it should set a timeout of its own.</summary>
    public static IHttpClientBuilder RemoveResilience(this IHttpClientBuilder http) =>
        http.ConfigureAdditionalHttpMessageHandlers(static (handlers, _) =>
        {
            foreach (var handler in handlers.OfType<ResilienceHandler>().ToArray()) handlers.Remove(handler);
        });
}

/// <summary>
/// Time limits for every request; retries only where repeating is safe and possible: GET, HEAD, OPTIONS, or an <c>Idempotency-Key</c> header,
/// and a body that is held in memory.
/// What is retried: no connection or a broken one, an attempt out of time, and 408, 429, 502, 503, 504. The last attempt's outcome is the caller's.
/// </summary>
internal sealed class ResilienceHandler : DelegatingHandler
{
    private static readonly ResiliencePropertyKey<HttpRequestMessage> Request = new("request");

    private readonly ResilienceOptions _options;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline;

    public ResilienceHandler(ResilienceOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time };
        builder.AddTimeout(options.TotalTimeMax);
        if (options.RetriesMax > 0)
        {
            builder.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = options.RetriesMax,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.RetryPause,
                MaxDelay = options.RetryAfterMax,
                ShouldHandle = arguments => ValueTask.FromResult(ShouldRetry(arguments.Context, arguments.Outcome)),
                DelayGenerator = arguments => ValueTask.FromResult(Pause(arguments.Outcome.Result)),
            });
        }

        _pipeline = builder.AddTimeout(options.AttemptTimeMax).Build();
    }

    /// <summary>May the request be sent twice?</summary>
    public static bool IsRepeatable(HttpRequestMessage request) =>
        (IsSafe(request.Method) || request.Headers.Contains("Idempotency-Key"))
        && request.Content is null or ByteArrayContent or ReadOnlyMemoryContent or JsonContent;

    private static bool IsSafe(HttpMethod method) => method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Options;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        context.Properties.Set(Request, request);
        try
        {
            return await _pipeline.ExecuteAsync(
                static async (context, handler) => await handler.SendOnceAsync(context.Properties.GetValue(Request, null!), context.CancellationToken),
                context,
                this);
        }
        catch (TimeoutRejectedException e)
        {
            throw new TimeoutException($"No answer from {request.RequestUri?.Authority} in time.", e);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        base.SendAsync(request, cancellationToken);

    private bool ShouldRetry(ResilienceContext context, Outcome<HttpResponseMessage> outcome)
    {
        if (context.CancellationToken.IsCancellationRequested || !IsRepeatable(context.Properties.GetValue(Request, null!))) return false;
        if (outcome.Result is { } response) return IsTransient(response.StatusCode) && !(RetryAfter(response) > _options.RetryAfterMax);
        return outcome.Exception is HttpRequestException or TimeoutRejectedException;
    }

    private static bool IsTransient(HttpStatusCode code) => code is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    // Null lets the back-off decide. The jitter keeps the callers that one server sent away from coming back together.
    private TimeSpan? Pause(HttpResponseMessage? response) =>
        response is not null && RetryAfter(response) is { } pause && pause > TimeSpan.Zero ? pause + (_options.RetryPause * Random.Shared.NextDouble()) : null;

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - (response.Headers.Date ?? _time.GetUtcNow()), // by the server's clock, where that shows
        _ => null,
    };
}
