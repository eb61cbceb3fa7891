using System.Text.Json;
using Customer.Api.Configuration;
using Customer.Api.Customers;
using Microsoft.AspNetCore.Mvc;
using ServiceDefaults;

namespace Customer.Api.Stress;

/// <summary>Endpoints that stress databases, networks, gateways and pools. Disabled in Production unless <c>stress_enabled</c> is true.</summary>
internal static class StressEndpoints
{
    public static void MapStress(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<CustomerSettings>();
        if (!(settings.IsStressEnabled ?? !app.Environment.IsProduction())) return;
        var stress = app.MapGroup("/stress").WithTags("Stress").ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        stress.MapPayloads(settings);
        stress.MapGet("/batch-customers", BatchAsync).WithName("BatchCustomers")
            .WithSummary("Inserts count (1 to 1000) random documents of size_kb (1 to 64), up to 32 MB in total, into a separate collection. "
                + "MongoDB deletes them after 5 minutes.");
        stress.MapGet("/heavy-computation", ComputeAsync).WithName("HeavyComputation")
            .WithSummary("Aggregates customers in depth (1 to 100) nested levels and keeps a core busy. complexity is low, medium or high: up to 1,000, "
                + "10,000 or 100,000 customers. Limited to 20 s, and to one request per core at a time.");
        stress.MapGet("/connection-storm", StormAsync).WithName("ConnectionStorm")
            .WithSummary("Runs operations (1 to 20000) of six kinds, concurrency (1 to 1000) of them at a time. With reconnect=true, connections are opened "
                + "and closed continuously. Limited to 20 s, and to one storm at a time.");
    }

    private static async Task<IResult> BatchAsync(
        [FromQuery(Name = "count")] string? countText, [FromQuery(Name = "size_kb")] string? sizeKb, BatchInsert batches, StressCollection documents,
        CustomerSettings settings, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var count = errors.Number(countText, "count", 1, StressLimits.BatchCustomersMax, ifMissing: 10);
        var size = errors.Number(sizeKb, "size_kb", 1, StressLimits.BatchSizeKbMax, ifMissing: 50);
        if (!errors.Any && count * size > StressLimits.BatchTotalKbMax) errors.Add("size_kb", $"times count must be at most {StressLimits.BatchTotalKbMax}.");
        if (errors.Any) return errors.ToProblem();
        if (await batches.RunAsync(count, size * 1024, cancellationToken) is not { } result)
            return Problems.Unavailable(UnavailableReasons.Busy, $"An instance inserts at most {StressLimits.BatchesMax} batches at once, "
                + $"and {StressLimits.InsertedBytesMax >> 30} GB within {StressCollection.Lifetime.TotalMinutes} minutes.");
        return Answer(settings, json =>
        {
            json.WriteNumber("count", count);
            json.WriteNumber("size_kb", size);
            json.WriteString("collection", documents.Name);
            json.WriteNumber("expires_after_seconds", StressCollection.Lifetime.TotalSeconds);
            json.WriteResult(result);
        });
    }

    private static async Task<IResult> ComputeAsync(
        string? depth, [FromQuery(Name = "complexity")] string? complexityText, HeavyComputation computation, CustomerSettings settings,
        CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var levels = errors.Number(depth, "depth", 1, StressLimits.DepthMax, ifMissing: 3);
        var complexity = Complexity.Find(complexityText);
        if (complexity is null) errors.Add("complexity", "must be low, medium or high.");
        if (complexity is null || errors.Any) return errors.ToProblem();
        if (await computation.RunAsync(levels, complexity, cancellationToken) is not { } result)
            return Problems.Unavailable(UnavailableReasons.Busy, "All cores are busy.");
        return Answer(settings, json =>
        {
            json.WriteNumber("depth", levels);
            json.WriteString("complexity", complexity.Name);
            json.WriteResult(result);
        });
    }

    private static async Task<IResult> StormAsync(
        string? operations, string? concurrency, string? reconnect, ConnectionStorm storm, CustomerSettings settings, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var count = errors.Number(operations, "operations", 1, StressLimits.OperationsMax, ifMissing: 20);
        var atOnce = errors.Number(concurrency, "concurrency", 1, StressLimits.ConcurrencyMax, ifMissing: 5);
        var reconnects = false;
        if (!string.IsNullOrEmpty(reconnect) && !bool.TryParse(reconnect, out reconnects)) errors.Add("reconnect", "must be true or false.");
        if (errors.Any) return errors.ToProblem();
        if (await storm.RunAsync(count, atOnce, reconnects, cancellationToken) is not { } result)
            return Problems.Unavailable(UnavailableReasons.Busy, "Another storm is already running.");
        return Answer(settings, json =>
        {
            json.WriteNumber("operations", count);
            json.WriteNumber("concurrency", atOnce);
            json.WriteBoolean("reconnect", reconnects);
            json.WriteResult(result);
        });
    }

    private static JsonResult Answer(CustomerSettings settings, Action<Utf8JsonWriter> write) => new(json =>
    {
        json.WriteStartObject();
        json.WriteString("instance_id", settings.InstanceId);
        write(json);
        json.WriteEndObject();
    });
}
