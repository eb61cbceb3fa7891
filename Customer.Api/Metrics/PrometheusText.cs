using System.Globalization;
using System.Text;

namespace Customer.Api.Metrics;

/// <summary>The same metrics in Prometheus's text format, version 0.0.4.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(string instanceId, PoolFigures pool, RequestMetrics requests, ProcessFigures process)
    {
        var text = new StringBuilder();
        var instance = $"instance_id=\"{Escape(instanceId)}\"";
        Single(text, "customer_api_info", "gauge", "1 for the instance.", instance, 1);
        Single(text, "mongodb_pool_max_size", "gauge", "Most connections of the pool.", "", pool.MaxSize);
        Single(text, "mongodb_pool_connections_open", "gauge", "Connections that are open.", "", pool.Open);
        Single(text, "mongodb_pool_connections_in_use", "gauge", "Connections that are in use.", "", pool.InUse);
        Single(text, "mongodb_pool_connections_opened_total", "counter", "Connections opened.", "", pool.Opened);
        Single(text, "mongodb_pool_connections_closed_total", "counter", "Connections closed.", "", pool.Closed);
        Single(text, "mongodb_pool_checkouts_total", "counter", "Connections handed out.", "", pool.CheckedOut);
        Single(text, "mongodb_pool_checkout_failures_total", "counter", "Requests that got no connection in time.", "", pool.CheckOutFailures);
        Single(text, "mongodb_pool_checkout_wait_seconds_total", "counter", "How long requests waited for a connection.", "", pool.WaitSeconds);
        WriteRequests(text, requests);
        Single(text, "process_cpu_seconds_total", "counter", "Processor time used.", "", process.CpuSeconds);
        Single(text, "process_uptime_seconds", "gauge", "Since the start.", "", process.UptimeSeconds);
        Single(text, "process_resident_memory_bytes", "gauge", "Memory in use.", "", process.WorkingSetBytes);
        Single(text, "dotnet_managed_heap_bytes", "gauge", "Memory of objects.", "", process.ManagedHeapBytes);
        Single(text, "dotnet_gc_collections_total", "counter", "Collections of all generations.", "", process.Collections);
        Single(text, "dotnet_gc_pause_seconds_total", "counter", "Time that collections stopped the process.", "", process.PauseSeconds);
        Single(text, "dotnet_threads", "gauge", "Threads of the process.", "", process.Threads);
        return text.ToString();
    }

    private static void WriteRequests(StringBuilder text, RequestMetrics requests)
    {
        Single(text, "http_requests_in_flight", "gauge", "Requests that are not answered yet.", "", requests.InFlight);
        var all = requests.Series;
        Head(text, "http_requests_total", "counter", "Requests answered, by class of status.");
        foreach (var series in all)
        {
            for (var status = 1; status <= 5; status++)
            {
                if (series.CountOf(status) > 0) Sample(text, "http_requests_total", $"{Labels(series)},status=\"{status}xx\"", series.CountOf(status));
            }
        }

        Head(text, "http_request_duration_seconds", "histogram", "From the first byte of a request to the end of its answer.");
        foreach (var series in all)
        {
            var labels = Labels(series);
            var count = 0L;
            foreach (var (bits, seconds) in LatencyHistogram.Ends)
            {
                count = series.Latency.CountBelow(bits);
                Sample(text, "http_request_duration_seconds_bucket", $"{labels},le=\"{seconds.ToString(CultureInfo.InvariantCulture)}\"", count);
            }

            // Requests are counted concurrently. The total must not be less than any of its buckets.
            var total = Math.Max(series.Latency.Count, count);
            Sample(text, "http_request_duration_seconds_bucket", $"{labels},le=\"+Inf\"", total);
            Sample(text, "http_request_duration_seconds_sum", labels, series.Latency.SumSeconds);
            Sample(text, "http_request_duration_seconds_count", labels, total);
        }
    }

    private static string Labels(RequestSeries series) => $"method=\"{Escape(series.Method)}\",route=\"{Escape(series.Route)}\"";

    private static void Single(StringBuilder text, string name, string type, string help, string labels, double value)
    {
        Head(text, name, type, help);
        Sample(text, name, labels, value);
    }

    private static void Head(StringBuilder text, string name, string type, string help) =>
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    private static void Sample(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0) text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
