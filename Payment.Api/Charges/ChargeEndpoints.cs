using Microsoft.AspNetCore.Http.HttpResults;
using Payment.Api.Accounts;
using ServiceDefaults;

namespace Payment.Api.Charges;

/// <summary>Internal endpoint for Order.Api's checkout. The gateway does not route it. Calls may be repeated; the saga ID is the idempotency key.</summary>
internal static class ChargeEndpoints
{
    /// <summary>Maximum number of sagas per call.</summary>
    public const int MembersMax = 1_000;

    public static void MapCharges(this WebApplication app) => app.MapPost("/internal/charges", ApplyAsync).WithName("Charges").WithTags("Charges")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .WithSummary("Charges users for sagas, once per saga, or refunds sagas. A charge of a refunded saga is rejected.");

    private static async Task<Results<Ok<PaymentOutcomes>, ProblemHttpResult>> ApplyAsync(ChargeRequest request, AccountStore accounts, PaymentMetrics metrics)
    {
        if (request.Members is not { Length: >= 1 and <= MembersMax } members || !members.All(IsSound))
            return Problems.Invalid("The request must have 1 to 1000 members, each with a saga, a user and an amount.");
        var movements = Array.ConvertAll(members, static member => new Movement(member.Saga, member.User, EntryKind.Charge, member.Amount, member.IsRefund));
        var statuses = await accounts.ChargeAsync(movements);
        var outcomes = new PaymentOutcome[members.Length];
        for (var i = 0; i < outcomes.Length; i++) outcomes[i] = Outcome(members[i].Saga, statuses[i], members[i].IsRefund);
        metrics.Count(outcomes);
        return TypedResults.Ok(new PaymentOutcomes(outcomes));
    }

    // For a refund, a refused charge counts as canceled. A charge that would overflow the user's books is refused like one without enough credit.
    internal static PaymentOutcome Outcome(Guid saga, EntryStatus status, bool isRefund) => status switch
    {
        EntryStatus.Done => PaymentOutcome.Charged,
        EntryStatus.Refunded => PaymentOutcome.Refunded,
        EntryStatus.Cancelled => PaymentOutcome.Cancelled,
        EntryStatus.NoCredit or EntryStatus.NoAccount or EntryStatus.Overflow when isRefund => PaymentOutcome.Cancelled,
        EntryStatus.NoAccount => PaymentOutcome.UnknownUser,
        EntryStatus.NoCredit or EntryStatus.Overflow => PaymentOutcome.InsufficientCredit,
        _ => throw new InvalidDataException($"The charge of saga {saga} has the status {(short)status}, which this version does not know."),
    };

    private static bool IsSound(ChargeMember? member) => member is { Amount: > 0 } && member.Saga != Guid.Empty && PathValues.IsId(member.User);
}
