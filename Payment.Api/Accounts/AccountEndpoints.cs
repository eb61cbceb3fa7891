using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults;
using ServiceKit.Idempotency;

namespace Payment.Api.Accounts;

/// <summary>The public endpoints: users and their credit. Impossible IDs get a 404 and invalid amounts a 400 without querying the database.</summary>
internal static class AccountEndpoints
{
    private const string AmountRule = "must be a whole number from 1 to 9223372036854775807.";

    public static void MapAccounts(this WebApplication app)
    {
        var users = app.MapGroup("").WithTags("Users").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        users.MapPost("/create_user", CreateAsync).WithName("CreateUser").WithSummary("Creates a user without credit.");
        users.MapGet("/find_user/{user}", FindAsync).WithName("FindUser").WithSummary("Returns a user's credit.");
        users.MapPost("/add_funds/{user}/{n}", AddFundsAsync).WithName("AddFunds").WithSummary("Adds n to a user's credit.");
        users.MapPost("/pay/{user}/{n}", PayAsync).WithName("Pay").WithSummary("Takes n from a user's credit. Rejected if the credit is insufficient.");
        users.MapPost("/batch_init/{n}/{credit}", BatchInitAsync).WithName("BatchInitUsers")
            .WithSummary("Replaces the users of the last batch with users \"0\" to \"n-1\", n up to 10,000,000. Intended for an idle shop.");
    }

    private static async Task<Results<Ok<UserCreated>, ProblemHttpResult>> CreateAsync(AccountStore accounts, IdempotencyKey? key)
    {
        var id = (key?.Id ?? Guid.CreateVersion7()).ToString(); // derived from the key, so that a retry gets the same ID
        return await MoveAsync(key, id, EntryKind.Open, 0, accounts) == EntryStatus.Done ? TypedResults.Ok(new UserCreated(id)) : Problems.KeyReused();
    }

    private static async Task<Results<Ok<UserView>, ProblemHttpResult>> FindAsync(string user, AccountStore accounts)
    {
        if (!PathValues.IsId(user) || await accounts.FindCreditAsync(user) is not { } credit) return UnknownUser();
        return TypedResults.Ok(new UserView(user, credit));
    }

    private static Task<Results<Ok<Moved>, ProblemHttpResult>> AddFundsAsync(string user, string n, AccountStore accounts, IdempotencyKey? key) =>
        MoveAsync(user, n, EntryKind.Fund, accounts, key);

    private static Task<Results<Ok<Moved>, ProblemHttpResult>> PayAsync(string user, string n, AccountStore accounts, IdempotencyKey? key) =>
        MoveAsync(user, n, EntryKind.Pay, accounts, key);

    private static async Task<Results<Ok<Moved>, ProblemHttpResult>> MoveAsync(
        string user, string n, EntryKind kind, AccountStore accounts, IdempotencyKey? key)
    {
        if (!PathValues.TryAmount(n, out var amount)) return Problems.Invalid("The amount " + AmountRule);
        if (!PathValues.IsId(user)) return UnknownUser();
        var status = await MoveAsync(key, user, kind, amount, accounts);
        return status switch
        {
            EntryStatus.Done => TypedResults.Ok(new Moved(true)),
            EntryStatus.NoAccount => UnknownUser(),
            EntryStatus.NoCredit => Problems.Refused("insufficient-credit", "The user does not have enough credit."),
            EntryStatus.KeyReused => Problems.KeyReused(),
            EntryStatus.Overflow => Problems.Refused("amount-too-large", "The user's totals would exceed 64 bits."),
            _ => throw new InvalidDataException($"A movement of user {user} has the status {(short)status}, which this version does not know."),
        };
    }

    private static async Task<Results<Ok<BatchDone>, ProblemHttpResult>> BatchInitAsync(
        string n, string credit, AccountBatch batch, CancellationToken cancellationToken)
    {
        if (!PathValues.TryAmount(n, out var count, AccountBatch.AccountsMax))
            return Problems.Invalid("The number of users must be a whole number from 1 to 10000000.");
        if (!PathValues.TryAmount(credit, out var amount)) return Problems.Invalid("The credit " + AmountRule);
        await batch.InitAsync(count, amount, cancellationToken);
        return TypedResults.Ok(new BatchDone("Batch init for users successful"));
    }

    private static Task<EntryStatus> MoveAsync(IdempotencyKey? key, string user, EntryKind kind, long amount, AccountStore accounts) =>
        accounts.MoveAsync(new Movement(key?.Id ?? Guid.CreateVersion7(), user, kind, amount, IsClientKey: key is not null));

    private static ProblemHttpResult UnknownUser() => Problems.NotFound("User not found.");
}
