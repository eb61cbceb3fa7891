using Microsoft.AspNetCore.Http.HttpResults;
using Order.Api.Checkout.Saga;
using ServiceDefaults;
using ServiceKit.Idempotency;

namespace Order.Api.Checkout;

internal static class CheckoutEndpoints
{
    public static void MapCheckout(this WebApplication app) => app.MapPost("/checkout/{order}", CheckoutAsync).WithName("Checkout").WithTags("Checkout")
        .WithSummary("Checks out an order: takes its items from stock and its total from the user's credit, or changes nothing.")
        .WithDescription("Checking out a paid order again has no effect. A 503 means that the outcome is not known yet; retry the request.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<PaidHttpResult, ProblemHttpResult, UnavailableHttpResult>> CheckoutAsync(
        string order, Checkouts checkouts, CheckoutKeys keys, IdempotencyKey? key)
    {
        if (!PathValues.IsId(order)) return Problems.NotFound("Order not found.");
        if (key is null) return Answer(await checkouts.CheckoutAsync(order));
        var (state, result) = await keys.BeginAsync(key, $"checkout {order}");
        if (state == KeyState.Reused) return Problems.KeyReused();
        if (state == KeyState.Running) return Problems.Conflict("idempotency-key-running", "A request with this Idempotency-Key is still running.");
        if (state == KeyState.Done) return Answer(result);
        result = await checkouts.CheckoutAsync(order);
        await keys.EndAsync(key, result);
        return Answer(result);
    }

    private static Results<PaidHttpResult, ProblemHttpResult, UnavailableHttpResult> Answer(CheckoutResult result) =>
        result.Status switch
        {
            CheckoutStatus.Paid => PaidHttpResult.Instance,
            CheckoutStatus.Refused => Refused(result.Refusal),
            CheckoutStatus.UnknownOrder => Problems.NotFound("Order not found."),
            CheckoutStatus.EmptyOrder => Problems.Refused("empty-order", "The order has no items."),
            CheckoutStatus.Overloaded => Problems.Unavailable(result.Reason!, "Too many checkouts at once. This one was not started. Try again."),
            CheckoutStatus.Unresolved => Problems.Unavailable(
                result.Reason!, "The outcome is not known yet and the checkout continues. Try again: the order is charged at most once.", saga: result.Saga),
            _ => throw new InvalidDataException($"A checkout has the stored outcome {(short)result.Status}, which this version does not know."),
        };

    private static ProblemHttpResult Refused(Refusal refusal) => refusal switch
    {
        Refusal.OutOfStock => Problems.Refused("out-of-stock", "An item of the order does not have enough stock."),
        Refusal.UnknownItem => Problems.Refused("unknown-item", "An item of the order no longer exists."),
        Refusal.InsufficientCredit => Problems.Refused("insufficient-credit", "The user does not have enough credit."),
        Refusal.UnknownUser => Problems.Refused("unknown-user", "The order's user does not exist."),
        Refusal.Expired => Problems.Refused("checkout-expired", "The checkout timed out and was canceled. Nothing was charged. Try again."),
        _ => throw new InvalidDataException($"A checkout has the stored refusal {(short)refusal}, which this version does not know."),
    };
}
