using System.Diagnostics;
using Customer.Api.Configuration;

namespace Customer.Api.Metrics;

/// <summary>Metrics of this instance. The gateway does not route them.</summary>
internal static class MetricsEndpoints
{
    public static void MapMetrics(this WebApplication app)
    {
        var startedAt = Stopwatch.GetTimestamp();
        app.MapGet("/metrics", Answer).WithName("Metrics").WithTags("Operation")
            .WithSummary("connection_stats, requests and latencies, process: as JSON, or as Prometheus's text for ?format=prometheus and "
                + "where Accept prefers text/plain.");

        IResult Answer(string? format, HttpRequest request, CustomerSettings settings, PoolStatistics pool, RequestMetrics requests)
        {
            var process = ProcessFigures.Now(startedAt);
            return IsPrometheus(format, request.Headers.Accept.ToString())
                ? TypedResults.Text(PrometheusText.Write(settings.InstanceId, pool.Now(), requests, process), PrometheusText.ContentType)
                : new JsonResult(json => json.WriteMetrics(settings.InstanceId, pool.Now(), requests, process));
        }
    }

    // Prometheus requests OpenMetrics or text and accepts anything. Browsers and curl get JSON.
    internal static bool IsPrometheus(string? format, string accept) => format switch
    {
        "prometheus" => true,
        null or "" => !accept.Contains("json", StringComparison.OrdinalIgnoreCase)
            && (accept.Contains("openmetrics-text", StringComparison.OrdinalIgnoreCase) || accept.Contains("text/plain", StringComparison.OrdinalIgnoreCase)),
        _ => false,
    };
}
