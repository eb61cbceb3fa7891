using System.Diagnostics;
using Customer.Api.Configuration;

namespace Customer.Api.Metrics;

/// <summary>Metrics of this instance as JSON. The gateway does not route them. Metrics of all services leave them by OTLP.</summary>
internal static class MetricsEndpoints
{
    public static void MapMetrics(this WebApplication app)
    {
        var startedAt = Stopwatch.GetTimestamp();
        app.MapGet("/metrics", (CustomerSettings settings, PoolStatistics pool, RequestMetrics requests) =>
            new JsonResult(json => json.WriteMetrics(settings.InstanceId, pool.Now(), requests, ProcessFigures.Now(startedAt))))
            .WithName("Metrics").WithTags("Operation")
            .WithSummary("Returns metrics of this instance: connection pool, requests with latencies, and resource usage.");
    }
}
