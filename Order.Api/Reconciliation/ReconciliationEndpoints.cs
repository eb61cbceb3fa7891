using Microsoft.AspNetCore.Http.HttpResults;
using Order.Api.Checkout.Store;
using ServiceDefaults;

namespace Order.Api.Reconciliation;

/// <summary>The reconciliation on demand. The gateway does not route it.</summary>
internal static class ReconciliationEndpoints
{
    private static readonly TimeSpan RunTimeMax = TimeSpan.FromMinutes(10);

    private static readonly SemaphoreSlim Turn = new(1);

    public static void MapReconciliation(this WebApplication app) => app.MapGet("/internal/reconciliation", RunAsync).WithName("Reconcile")
        .WithTags("Reconciliation").ProducesProblem(StatusCodes.Status409Conflict)
        .WithSummary("Checks all invariants immediately at full speed, and returns the result of each.")
        .WithDescription("Reads every order, ledger entry and item; a million paid orders take about 10 s. Returns 409 while an earlier request is running.");

    private static async Task<Results<Ok<ReconciliationReport>, ProblemHttpResult>> RunAsync(Reconciler reconciler, CancellationToken cancellationToken)
    {
        if (!await Turn.WaitAsync(0, cancellationToken)) return Problems.Conflict("reconciliation-running", "A requested reconciliation is still running.");
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(RunTimeMax);
            return TypedResults.Ok(await reconciler.RunAsync(0, limit.Token));
        }
        finally
        {
            Turn.Release();
        }
    }
}
