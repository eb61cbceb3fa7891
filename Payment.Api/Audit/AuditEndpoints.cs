using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults;

namespace Payment.Api.Audit;

/// <summary>Endpoints for Order.Api's reconciliation to read the ledger. The gateway does not route them.</summary>
internal static class AuditEndpoints
{
    /// <summary>Maximum number of sagas per call.</summary>
    public const int SagasMax = 1_000;

    public static void MapAudit(this WebApplication app)
    {
        var audit = app.MapGroup("/internal/audit").WithTags("Audit").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        audit.MapPost("/find", FindAsync).WithName("FindCharges").ProducesProblem(StatusCodes.Status400BadRequest)
            .WithSummary("Returns the charges of up to 1000 sagas.");
        audit.MapPost("/charges", PageAsync).WithName("ChargePage")
            .WithSummary("Returns a page of the sagas with a completed charge, in the order of their ids.");
        audit.MapGet("/books", BooksAsync).WithName("Books").WithSummary("Returns the accounts that do not balance or do not match their ledger entries.");
    }

    private static async Task<Results<Ok<FoundCharges>, ProblemHttpResult>> FindAsync(
        FindChargesRequest request, AccountAudit audit, CancellationToken cancellationToken) =>
        request.Sagas is { Length: >= 1 and <= SagasMax } sagas ? TypedResults.Ok(await audit.FindAsync(sagas, cancellationToken))
            : Problems.Invalid("The request must have 1 to 1000 sagas.");

    private static async Task<Ok<ChargePage>> PageAsync(ChargePageRequest request, AccountAudit audit, CancellationToken cancellationToken) =>
        TypedResults.Ok(await audit.PageAsync(request, cancellationToken));

    private static async Task<Ok<BooksPage>> BooksAsync(AccountAudit audit, CancellationToken cancellationToken) =>
        TypedResults.Ok(await audit.CompareBooksAsync(cancellationToken));
}
