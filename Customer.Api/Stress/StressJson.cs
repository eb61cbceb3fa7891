using System.Text.Json;
using Customer.Api.Metrics;

namespace Customer.Api.Stress;

/// <summary>The responses of the stress endpoints. The endpoint writes the request's parameters, these methods write the results.</summary>
internal static class StressJson
{
    public static void WriteResult(this Utf8JsonWriter json, BatchInsertResult result)
    {
        json.WriteNumber("inserted", result.Inserted);
        json.WriteNumber("bytes", result.Bytes);
        json.WriteBoolean("cut_short", result.IsCutShort);
        json.WriteNumber("seconds", Math.Round(result.Seconds, 4));
        json.WriteNumber("rate", Math.Round(result.Inserted / Math.Max(result.Seconds, 0.001), 1));
        json.WriteNumber("bytes_per_second", Math.Round(result.Bytes / Math.Max(result.Seconds, 0.001)));
    }

    public static void WriteResult(this Utf8JsonWriter json, HeavyComputationResult result)
    {
        json.WriteNumber("hashes", result.Hashes);
        json.WriteString("digest", result.Digest);
        json.WriteBoolean("cut_short", result.IsCutShort);
        json.WriteNumber("elapsed_ms", Math.Round(result.Milliseconds, 3));
        json.WriteStartArray("levels");
        foreach (var (index, level) in result.Levels.Index())
        {
            json.WriteStartObject();
            json.WriteNumber("level", index + 1);
            json.WriteString("kind", level.Kind);
            json.WriteNumber("documents", level.Documents);
            json.WriteNumber("aggregation_ms", Math.Round(level.AggregationMs, 3));
            json.WriteNumber("added_ms", Math.Round(level.AddedMs, 3));
            json.WriteNumber("computation_ms", Math.Round(level.ComputationMs, 3));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteResult(this Utf8JsonWriter json, StormResult result)
    {
        json.WriteNumber("succeeded", result.Latency.Count);
        json.WriteNumber("failed", result.ByKind.Values.Sum(static kind => kind.Failed));
        json.WriteBoolean("cut_short", result.IsCutShort);
        json.WriteNumber("elapsed_ms", Math.Round(result.Seconds * 1000, 1));
        json.WriteNumber("operations_per_second", Math.Round(result.Latency.Count / Math.Max(result.Seconds, 0.001)));
        json.WritePropertyName("latency_ms");
        json.WriteLatency(result.Latency);
        json.WriteStartObject("by_kind");
        foreach (var (kind, became) in result.ByKind)
        {
            json.WriteStartObject(kind.ToString().ToLowerInvariant());
            json.WriteNumber("count", became.Latency.Count + became.Failed);
            json.WriteNumber("errors", became.Failed);
            json.WritePropertyName("latency_ms");
            json.WriteLatency(became.Latency);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("errors");
        foreach (var (type, number) in result.Errors) json.WriteNumber(type, number);
        json.WriteEndObject();
        json.WritePropertyName("connection_stats_before");
        json.WritePool(result.Before);
        json.WritePropertyName("connection_stats");
        json.WritePool(result.After);
    }
}
