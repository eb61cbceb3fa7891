using Microsoft.AspNetCore.Http.HttpResults;
using Payment.Api.Accounts;
using ServiceDefaults;

namespace Payment.Api;

/// <summary>The internal part, for Order.Api's checkout; the gateway does not route it. Every call may be repeated: its key is the saga.</summary>
internal static class ChargeEndpoints
{
    /// <summary>Most sagas in one call.</summary>
    public const int MembersMax = 1_000;

    public static void MapCharges(this WebApplication app)
    {
        var charges = app.MapGroup("/internal").WithTags("Charges").ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        charges.MapPost("/charge", ChargeAsync).WithName("Charge").WithSummary("Charges users for sagas, each saga once.");
        charges.MapPost("/refund", RefundAsync).WithName("Refund").WithSummary("Gives back what sagas have charged; charges that come later are refused.");
    }

    private static Task<Results<Ok<PaymentOutcomes>, ProblemHttpResult>> ChargeAsync(
        ChargeRequest request, AccountStore accounts, PaymentMetrics metrics, CancellationToken cancellationToken) =>
        ApplyAsync(request, isRefund: false, accounts, metrics, cancellationToken);

    private static Task<Results<Ok<PaymentOutcomes>, ProblemHttpResult>> RefundAsync(
        ChargeRequest request, AccountStore accounts, PaymentMetrics metrics, CancellationToken cancellationToken) =>
        ApplyAsync(request, isRefund: true, accounts, metrics, cancellationToken);

    private static async Task<Results<Ok<PaymentOutcomes>, ProblemHttpResult>> ApplyAsync(
        ChargeRequest request, bool isRefund, AccountStore accounts, PaymentMetrics metrics, CancellationToken cancellationToken)
    {
        if (request.Members is not { Length: >= 1 and <= MembersMax } || !request.Members.All(IsSound))
            return Problems.Invalid("1 to 1000 members with a saga, a user and an amount.");
        var movements = Array.ConvertAll(request.Members, member => new Movement(member.Saga, member.User, EntryKind.Charge, member.Amount, isRefund));
        var outcomes = Array.ConvertAll(await accounts.ApplyAsync(movements, cancellationToken), status => Outcome(status, isRefund));
        metrics.Count(isRefund ? "refund" : "charge", outcomes);
        return TypedResults.Ok(new PaymentOutcomes(outcomes));
    }

    // To a refund, a charge that was refused is as good as cancelled. What cannot be charged for the size of the user's books is refused like lack of credit.
    private static PaymentOutcome Outcome(EntryStatus status, bool isRefund) => status switch
    {
        EntryStatus.Done => PaymentOutcome.Charged,
        EntryStatus.Refunded => PaymentOutcome.Refunded,
        EntryStatus.Cancelled => PaymentOutcome.Cancelled,
        _ when isRefund => PaymentOutcome.Cancelled,
        EntryStatus.NoAccount => PaymentOutcome.UnknownUser,
        _ => PaymentOutcome.InsufficientCredit,
    };

    private static bool IsSound(ChargeMember? member) => member is { Amount: > 0 } && member.Saga != Guid.Empty && PathValues.IsId(member.User);
}
