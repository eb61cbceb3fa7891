using System.Collections.Concurrent;
using System.Diagnostics;

namespace Customer.Api.Metrics;

/// <summary>Counts requests and their durations per endpoint, for <c>/metrics</c>.</summary>
internal sealed class RequestMetrics
{
    private readonly ConcurrentDictionary<Endpoint, RequestSeries> _series = new();
    private readonly RequestSeries _unmatched = new("", "(none)");
    private int _inFlight;

    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>The series with at least one request.</summary>
    public IReadOnlyList<RequestSeries> Series => [.. _series.Values.Append(_unmatched).Where(static series => series.Latency.Count > 0)
        .OrderBy(static series => series.Route, StringComparer.Ordinal).ThenBy(static series => series.Method, StringComparer.Ordinal)];

    /// <summary>Measures the rest of the pipeline, as middleware.</summary>
    public async Task MeasureAsync(HttpContext context, RequestDelegate next)
    {
        // Read before the request runs, because exception handling clears the endpoint.
        var series = context.GetEndpoint() is RouteEndpoint endpoint
            ? _series.GetOrAdd(endpoint, static endpoint => new(MethodOf(endpoint), ((RouteEndpoint)endpoint).RoutePattern.RawText?.TrimEnd('/') ?? ""))
            : _unmatched;
        var started = Stopwatch.GetTimestamp();
        Interlocked.Increment(ref _inFlight);
        try
        {
            await next(context);
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
            series.Record(context.Response.StatusCode, Stopwatch.GetElapsedTime(started));
        }
    }

    private static string MethodOf(Endpoint endpoint) => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods is [var method, ..] ? method : "ANY";
}
