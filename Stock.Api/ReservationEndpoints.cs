using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults;
using Stock.Api.Reservations;

namespace Stock.Api;

/// <summary>The internal part, for Order.Api's checkout; the gateway does not route it. Every call may be repeated: its key is the saga.</summary>
internal static class ReservationEndpoints
{
    /// <summary>Most sagas in one call.</summary>
    public const int MembersMax = 1_000;

    /// <summary>Most lines in one call, all sagas together.</summary>
    public const int LinesMax = 10_000;

    public static void MapReservations(this WebApplication app)
    {
        var reservations = app.MapGroup("/internal").WithTags("Reservations").ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        reservations.MapPost("/reserve", ReserveAsync).WithName("Reserve").WithSummary("Holds stock for sagas, all lines of a saga or none.");
        reservations.MapPost("/commit", CommitAsync).WithName("CommitReservations").WithSummary("What sagas hold is sold.");
        reservations.MapPost("/release", ReleaseAsync).WithName("ReleaseReservations")
            .WithSummary("What sagas hold is available again; late reserves are refused.");
        reservations.MapPost("/forget", ForgetAsync).WithName("ForgetReservations")
            .WithSummary("Drops the records of sagas from before a time since which none is open.");
    }

    private static async Task<Results<Ok<StockOutcomes>, ProblemHttpResult>> ReserveAsync(ReserveRequest request, ReservationStore store, StockMetrics metrics)
    {
        if (request.Members is not { Length: >= 1 and <= MembersMax } || !request.Members.All(IsSound)
            || request.Members.Sum(static member => member.Lines.Length) > LinesMax)
        {
            return Problems.Invalid("1 to 1000 members with a saga, a start and lines of item and quantity; 10000 lines at most.");
        }

        var outcomes = await store.ReserveAsync(request.Members);
        metrics.Count("reserve", outcomes);
        return TypedResults.Ok(new StockOutcomes(outcomes));
    }

    private static Task<Results<Ok<StockOutcomes>, ProblemHttpResult>> CommitAsync(SettleRequest request, ReservationStore store, StockMetrics metrics) =>
        SettleAsync(request, "commit", store.CommitAsync, metrics);

    private static Task<Results<Ok<StockOutcomes>, ProblemHttpResult>> ReleaseAsync(SettleRequest request, ReservationStore store, StockMetrics metrics) =>
        SettleAsync(request, "release", store.ReleaseAsync, metrics);

    private static async Task<Results<Ok<StockOutcomes>, ProblemHttpResult>> SettleAsync(
        SettleRequest request, string step, Func<IReadOnlyList<SettleMember>, Task<StockOutcome[]>> settle, StockMetrics metrics)
    {
        if (request.Members is not { Length: >= 1 and <= MembersMax } || !request.Members.All(IsSound))
            return Problems.Invalid("1 to 1000 members with a saga and a start.");
        var outcomes = await settle(request.Members);
        metrics.Count(step, outcomes);
        return TypedResults.Ok(new StockOutcomes(outcomes));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> ForgetAsync(ForgetRequest request, ReservationStore store)
    {
        if (request.StartedBefore <= 0) return Problems.Invalid("A time in Unix seconds is missing.");
        await store.ForgetAsync(request.StartedBefore);
        return TypedResults.NoContent();
    }

    private static bool IsSound(SettleMember? member) => member is { StartedAt: > 0 } && member.Saga != Guid.Empty;

    private static bool IsSound(ReserveMember? member) => member is { StartedAt: > 0, Lines.Length: > 0 } && member.Saga != Guid.Empty
        && Array.TrueForAll(member.Lines, static line => line is { Quantity: > 0 } && PathValues.IsId(line.Item));
}
