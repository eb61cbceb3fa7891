using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults;

namespace Stock.Api.Audit;

/// <summary>Endpoints for Order.Api's reconciliation to read the stock's books. The gateway does not route them.</summary>
internal static class AuditEndpoints
{
    /// <summary>Maximum number of items per call.</summary>
    public const int ItemsMax = 10_000;

    public static void MapAudit(this WebApplication app)
    {
        var audit = app.MapGroup("/internal/audit").WithTags("Audit").ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        audit.MapPost("/items", PageAsync).WithName("ItemPage").WithSummary("Returns a page of the items with held pieces or a negative number.");
        audit.MapPost("/held", HeldAsync).WithName("Held").WithSummary("Returns the items, the records that hold them, and the sagas of these records.");
    }

    private static async Task<Results<Ok<ItemPage>, ProblemHttpResult>> PageAsync(ItemPageRequest request, StockAudit audit) =>
        ulong.TryParse(request.Cursor, out _) ? TypedResults.Ok(await audit.PageAsync(request.Cursor)) : Problems.Invalid("The cursor must be a number.");

    private static async Task<Results<Ok<HeldPage>, ProblemHttpResult>> HeldAsync(HeldRequest request, StockAudit audit) =>
        request is { Now: > 0, Items: { Length: <= ItemsMax } items } && Array.TrueForAll(items, PathValues.IsId)
            ? TypedResults.Ok(await audit.FindHeldAsync(items, request.Now, request.IsAtomic)) : Problems.Invalid("A time, and 10000 items at most.");
}
