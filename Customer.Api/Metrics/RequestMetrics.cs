using System.Collections.Concurrent;
using System.Diagnostics;

namespace Customer.Api.Metrics;

/// <summary>Requests of one endpoint.</summary>
internal sealed class RequestSeries(string method, string route)
{
    private readonly long[] _byClass = new long[6];

    public string Method { get; } = method;

    public string Route { get; } = route;

    public LatencyHistogram Latency { get; } = new();

    /// <summary>How many were answered with 1xx, 2xx, ... 5xx.</summary>
    public long CountOf(int statusClass) => Volatile.Read(ref _byClass[statusClass]);

    public void Record(int status, TimeSpan duration)
    {
        Interlocked.Increment(ref _byClass[Math.Clamp(status / 100, 1, 5)]);
        Latency.Record(duration);
    }
}

/// <summary>Counts requests and their durations by endpoint, for <c>/metrics</c>.</summary>
internal sealed class RequestMetrics
{
    private readonly ConcurrentDictionary<Endpoint, RequestSeries> _series = new();
    private readonly RequestSeries _unmatched = new("", "(none)");
    private int _inFlight;

    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>The series that have counted something.</summary>
    public IReadOnlyList<RequestSeries> Series => [.. _series.Values.Append(_unmatched).Where(static series => series.Latency.Count > 0)
        .OrderBy(static series => series.Route, StringComparer.Ordinal).ThenBy(static series => series.Method, StringComparer.Ordinal)];

    /// <summary>Middleware: measures what is inside it.</summary>
    public async Task MeasureAsync(HttpContext context, RequestDelegate next)
    {
        // Now: the handling of an exception clears it.
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
