using Microsoft.AspNetCore.Http.HttpResults;

namespace Payment.Api.Accounts;

/// <summary>Payment.Api's part of Order.Api's reset. Development only; the gateway does not route it.</summary>
internal static class ResetEndpoints
{
    public static void MapReset(this WebApplication app)
    {
        if (!app.Environment.IsDevelopment()) return;
        app.MapPost("/internal/reset", ResetAsync).WithName("ResetAccounts").WithTags("Operations").WithSummary("Deletes all users and their ledger entries.")
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<NoContent> ResetAsync(AccountReset accounts, CancellationToken cancellationToken)
    {
        await accounts.ResetAsync(cancellationToken);
        return TypedResults.NoContent();
    }
}
