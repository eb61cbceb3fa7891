using System.Text.Json;

namespace Customer.Api.Metrics;

/// <summary>The JSON format of <c>/metrics</c>.</summary>
internal static class MetricsJson
{
    public static void WriteMetrics(this Utf8JsonWriter json, string instanceId, PoolFigures pool, RequestMetrics requests, ProcessFigures process)
    {
        json.WriteStartObject();
        json.WriteString("instance_id", instanceId);
        json.WritePropertyName("connection_stats");
        json.WritePool(pool);
        json.WritePropertyName("requests");
        WriteRequests(json, requests);
        json.WriteStartObject("process");
        json.WriteNumber("uptime_seconds", Math.Round(process.UptimeSeconds, 1));
        json.WriteNumber("cpu_seconds", Math.Round(process.CpuSeconds, 3));
        json.WriteNumber("working_set_bytes", process.WorkingSetBytes);
        json.WriteNumber("managed_heap_bytes", process.ManagedHeapBytes);
        json.WriteNumber("gc_collections", process.Collections);
        json.WriteNumber("gc_pause_seconds", Math.Round(process.PauseSeconds, 3));
        json.WriteNumber("threads", process.Threads);
        json.WriteNumber("thread_pool_queue", process.QueuedWork);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WritePool(this Utf8JsonWriter json, PoolFigures pool)
    {
        json.WriteStartObject();
        json.WriteNumber("max_pool_size", pool.MaxSize);
        json.WriteNumber("min_pool_size", pool.MinSize);
        json.WriteNumber("open", pool.Open);
        json.WriteNumber("in_use", pool.InUse);
        json.WriteNumber("available", Math.Max(pool.Open - pool.InUse, 0));
        json.WriteNumber("opened_total", pool.Opened);
        json.WriteNumber("closed_total", pool.Closed);
        json.WriteNumber("checkouts_total", pool.CheckedOut);
        json.WriteNumber("checkout_failures_total", pool.CheckOutFailures);
        json.WriteNumber("checkout_wait_seconds_total", Math.Round(pool.WaitSeconds, 6));
        json.WriteEndObject();
    }

    public static void WriteLatency(this Utf8JsonWriter json, LatencyHistogram latency)
    {
        json.WriteStartObject();
        json.WriteNumber("average", Math.Round(latency.MeanMs, 3));
        json.WriteNumber("p50", latency.PercentileMs(50));
        json.WriteNumber("p95", latency.PercentileMs(95));
        json.WriteNumber("p99", latency.PercentileMs(99));
        json.WriteNumber("max", latency.MaxMs);
        json.WriteEndObject();
    }

    private static void WriteRequests(Utf8JsonWriter json, RequestMetrics requests)
    {
        var all = requests.Series;
        json.WriteStartObject();
        json.WriteNumber("total", all.Sum(static series => series.Latency.Count));
        json.WriteNumber("errors_5xx", all.Sum(static series => series.CountOf(5)));
        json.WriteNumber("in_flight", requests.InFlight);
        json.WriteStartArray("by_endpoint");
        foreach (var series in all)
        {
            json.WriteStartObject();
            json.WriteString("method", series.Method);
            json.WriteString("route", series.Route);
            json.WriteNumber("count", series.Latency.Count);
            json.WriteStartObject("by_status");
            for (var status = 1; status <= 5; status++)
            {
                if (series.CountOf(status) > 0) json.WriteNumber($"{status}xx", series.CountOf(status));
            }

            json.WriteEndObject();
            json.WritePropertyName("latency_ms");
            json.WriteLatency(series.Latency);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
