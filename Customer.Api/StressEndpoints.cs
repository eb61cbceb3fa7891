using System.Diagnostics;
using Customer.Api.Configuration;
using Customer.Api.Customers;
using Customer.Api.Metrics;
using Customer.Api.Stress;
using Microsoft.AspNetCore.Mvc;
using MongoDB.Bson;
using MongoDB.Driver;
using ServiceDefaults;

namespace Customer.Api;

/// <summary>Load for tests of networks, gateways and pools; off in Production unless <c>stress_enabled</c> says otherwise.</summary>
internal static class StressEndpoints
{
    private static readonly SemaphoreSlim Cores = new(Environment.ProcessorCount, Environment.ProcessorCount);

    public static void MapStress(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<CustomerSettings>();
        if (!(settings.IsStressEnabled ?? !app.Environment.IsProduction())) return;
        var stress = app.MapGroup("/stress").WithTags("Stress").ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        stress.MapPayloads(settings);
        stress.MapGet("/batch-customers", BatchAsync).WithName("BatchCustomers")
            .WithSummary("Reads up to count (1 to 1000) customers and pads each to size_kb (1 to 64), 32 MB in all at most.");
        stress.MapGet("/heavy-computation", ComputeAsync).WithName("HeavyComputation")
            .WithSummary("Keeps a core busy: depth 1 to 100, complexity low, medium or high; 500,000 hashes at most. As many at once as there are cores.");
        stress.MapGet("/connection-storm", StormAsync).WithName("ConnectionStorm")
            .WithSummary("Pings MongoDB operations (1 to 20000) times, concurrency (1 to 1000) at once; 20 s at most, one storm at a time.");
    }

    private static async Task<IResult> BatchAsync(
        [FromQuery(Name = "count")] string? countText, [FromQuery(Name = "size_kb")] string? sizeKb, CustomerCollection customers, CustomerSettings settings,
        CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var count = errors.Number(countText, "count", 1, StressLimits.BatchCustomersMax, ifMissing: 100);
        var size = errors.Number(sizeKb, "size_kb", 1, StressLimits.BatchSizeKbMax, ifMissing: 1);
        if (!errors.Any && count * size > StressLimits.BatchTotalKbMax) errors.Add("size_kb", $"times count must be {StressLimits.BatchTotalKbMax} at most.");
        if (errors.Any) return errors.ToProblem();
        var options = new FindOptions<BsonDocument> { Limit = count, BatchSize = count, MaxTime = CustomerStore.QueryTimeMax };
        using var cursor = await customers.Documents.FindAsync(new BsonDocument(), options, cancellationToken);
        var found = await cursor.ToListAsync(cancellationToken);
        return new JsonResult(json =>
        {
            json.WriteStartObject();
            json.WriteString("instance_id", settings.InstanceId);
            json.WriteNumber("count", found.Count);
            json.WriteNumber("size_kb", size);
            json.WriteStartArray("customers");
            foreach (var customer in found)
            {
                json.WriteStartObject();
                var before = json.BytesCommitted + json.BytesPending;
                json.WriteMembers(customer);
                json.WriteString("padding", Padding.Of((int)Math.Max((size * 1024) - (json.BytesCommitted + json.BytesPending - before), 0)));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task<IResult> ComputeAsync(string? depth, string? complexity, CustomerSettings settings, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var steps = errors.Number(depth, "depth", 1, StressLimits.DepthMax, ifMissing: 10);
        var hashes = Computation.HashesOf(complexity);
        if (hashes is null) errors.Add("complexity", "must be low, medium or high.");
        if (errors.Any) return errors.ToProblem();
        if (!await Cores.WaitAsync(0, cancellationToken)) return Problems.Unavailable(UnavailableReasons.Busy, "All cores are computing.");
        try
        {
            var started = Stopwatch.GetTimestamp();
            var digest = await Computation.RunAsync(steps, hashes!.Value, cancellationToken);
            var elapsed = Stopwatch.GetElapsedTime(started);
            return new JsonResult(json =>
            {
                json.WriteStartObject();
                json.WriteString("instance_id", settings.InstanceId);
                json.WriteNumber("depth", steps);
                json.WriteString("complexity", string.IsNullOrEmpty(complexity) ? "low" : complexity);
                json.WriteNumber("hashes", (long)steps * hashes.Value);
                json.WriteString("digest", Convert.ToHexStringLower(digest));
                json.WriteNumber("elapsed_ms", Math.Round(elapsed.TotalMilliseconds, 3));
                json.WriteEndObject();
            });
        }
        finally
        {
            Cores.Release();
        }
    }

    private static async Task<IResult> StormAsync(
        string? operations, string? concurrency, ConnectionStorm storm, PoolStatistics pool, CustomerSettings settings, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var count = errors.Number(operations, "operations", 1, StressLimits.OperationsMax, ifMissing: 1_000);
        var atOnce = errors.Number(concurrency, "concurrency", 1, StressLimits.ConcurrencyMax, ifMissing: 50);
        if (errors.Any) return errors.ToProblem();
        var result = await storm.RunAsync(count, atOnce, cancellationToken);
        return new JsonResult(json =>
        {
            json.WriteStartObject();
            json.WriteString("instance_id", settings.InstanceId);
            json.WriteNumber("operations", count);
            json.WriteNumber("concurrency", atOnce);
            json.WriteNumber("succeeded", result.Succeeded);
            json.WriteNumber("failed", result.Failed);
            json.WriteBoolean("cut_short", result.IsCutShort);
            json.WriteNumber("elapsed_ms", Math.Round(result.Seconds * 1000, 1));
            json.WriteNumber("operations_per_second", Math.Round(result.Succeeded / Math.Max(result.Seconds, 0.001)));
            json.WritePropertyName("latency_ms");
            json.WriteLatency(result.Latency);
            json.WriteStartObject("errors");
            foreach (var (kind, number) in result.Errors) json.WriteNumber(kind, number);
            json.WriteEndObject();
            json.WritePropertyName("connection_stats");
            json.WritePool(pool);
            json.WriteEndObject();
        });
    }
}
