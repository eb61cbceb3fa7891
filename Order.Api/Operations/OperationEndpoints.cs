using Microsoft.AspNetCore.Http.HttpResults;
using Order.Api.Checkout;
using Order.Api.Checkout.Store;
using Order.Api.Orders;
using ServiceDefaults;

namespace Order.Api.Operations;

/// <summary>Endpoints for operators. The gateway does not route them.</summary>
internal static class OperationEndpoints
{
    public static void MapOperations(this WebApplication app)
    {
        var operations = app.MapGroup("/internal").WithTags("Operations").ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        operations.MapGet("/sagas", CountAsync).WithName("OpenSagas")
            .WithSummary("Returns the number of open sagas of all replicas, and the age of the oldest one.");
        if (app.Environment.IsDevelopment())
            operations.MapPost("/reset", ResetAsync).WithName("Reset")
                .WithSummary("Resets the shop: deletes all orders, users and items, and creates the seed products again.");
    }

    private static async Task<Ok<OpenSagas>> CountAsync(PostgresSagaStore sagas, CancellationToken cancellationToken)
    {
        var (open, oldest) = await sagas.CountOpenAsync(cancellationToken);
        return TypedResults.Ok(new OpenSagas(open, oldest.TotalSeconds));
    }

    private static async Task<Results<NoContent, UnavailableHttpResult>> ResetAsync(OrderReset reset, CancellationToken cancellationToken) =>
        await reset.ResetAsync(cancellationToken)
            ? TypedResults.NoContent()
            : Problems.Unavailable(UnavailableReasons.Busy, "Checkouts are in progress. Nothing was changed. Try again when the shop is idle.");
}
