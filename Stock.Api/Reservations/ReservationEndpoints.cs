using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults;
using Stock.Api.Identity;
using Stock.Api.Items;

namespace Stock.Api.Reservations;

/// <summary>Internal endpoints for Order.Api's checkout. The gateway does not route them. Calls may be repeated; the saga ID is the idempotency key.</summary>
internal static class ReservationEndpoints
{
    /// <summary>Maximum number of sagas per call.</summary>
    public const int MembersMax = 1_000;

    /// <summary>Maximum number of lines per call, over all sagas.</summary>
    public const int LinesMax = 10_000;

    public static void MapReservations(this WebApplication app)
    {
        var reservations = app.MapGroup("/internal").WithTags("Reservations").ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        reservations.MapPost("/reservations", SettleAsync).WithName("SettleReservations")
            .WithSummary("Holds stock for sagas (all lines of a saga or none), or sells or releases held pieces. Later holds of such a saga are rejected.");
        reservations.MapPost("/forget", ForgetAsync).WithName("ForgetReservations")
            .WithSummary("Deletes the records of sagas that started before a time. No saga of that time may be open.");
        reservations.MapGet("/identity", IdentityAsync).WithName("StockIdentity")
            .WithSummary("Returns the id of this stock's data, or null if Redis has lost it.");
    }

    private static async Task<Results<Ok<StockOutcomes>, ProblemHttpResult>> SettleAsync(SettleRequest request, ReservationStore store, StockMetrics metrics)
    {
        if (request.Members is not { Length: >= 1 and <= MembersMax } members || !members.All(IsSound)
            || members.Sum(static member => member.Lines?.Length ?? 0) > LinesMax)
        {
            return Problems.Invalid("1 to 1000 members with a saga, a start, a verb and, to hold, lines of item and quantity; 10000 lines at most.");
        }

        var outcomes = await store.SettleAsync(request.Stock, members);
        metrics.Count(outcomes);
        return TypedResults.Ok(new StockOutcomes(outcomes));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ForgetAsync(ForgetRequest request, ReservationStore store)
    {
        if (request.StartedBefore <= 0) return Problems.Invalid("started_before must be a time in Unix seconds.");
        await store.ForgetAsync(request.StartedBefore);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<StockIdentityView>> IdentityAsync(StockIdentity identity) =>
        TypedResults.Ok(new StockIdentityView(await identity.FindAsync()));

    private static bool IsSound(SettleMember? member) => member is { StartedAt: > 0 } && member.Saga != Guid.Empty && member.Verb switch
    {
        ReservationVerb.Hold => member.Lines is { Length: > 0 } lines
            && Array.TrueForAll(lines, static line => line is { Quantity: > 0 } && PathValues.IsId(line.Item)),
        ReservationVerb.Commit or ReservationVerb.Release => true,
        _ => false,
    };
}
