using Microsoft.AspNetCore.Http.HttpResults;
using Order.Api.Checkout;
using Order.Api.Checkout.Participants;
using ServiceDefaults;
using ServiceKit.Idempotency;

namespace Order.Api.Orders;

/// <summary>Endpoints for orders and their lines. Impossible IDs get a 404 and invalid amounts a 400 without querying a store.</summary>
internal static class OrderEndpoints
{
    private const string AmountRule = "must be a whole number from 1 to 9223372036854775807.";

    private const string CountRule = "must be a whole number from 1 to 10000000.";

    public static void MapOrders(this WebApplication app)
    {
        var orders = app.MapGroup("").WithTags("Orders").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        orders.MapPost("/create/{user}", CreateAsync).WithName("CreateOrder")
            .WithSummary("Creates an order without lines. The user is only validated at checkout.");
        orders.MapGet("/find/{order}", FindAsync).WithName("FindOrder").WithSummary("Returns an order with its lines.");
        orders.MapPost("/addItem/{order}/{item}/{quantity}", AddItemAsync).WithName("AddItem").ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Adds pieces of an item at its current price. An existing line of the item is extended.");
        orders.MapPost("/removeItem/{order}/{item}", RemoveItemAsync).WithName("RemoveItem").ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Removes an item's line.");
        orders.MapDelete("/removeItem/{order}/{item}", RemoveItemAsync).WithName("DeleteItem").ProducesProblem(StatusCodes.Status409Conflict)
            .WithSummary("Removes an item's line.");
        orders.MapPost("/batch_init/{n}/{items}/{users}/{price}", BatchInitAsync).WithName("BatchInitOrders")
            .WithSummary("Replaces the orders of the last batch with orders \"0\" to \"n-1\", n up to 10,000,000. Intended for an idle shop.");
    }

    private static async Task<Results<Ok<OrderCreated>, ProblemHttpResult>> CreateAsync(string user, OrderStore orders, IdempotencyKey? key)
    {
        if (!PathValues.IsId(user)) return Problems.NotFound("User not found.");
        var id = (key?.Id ?? Guid.CreateVersion7()).ToString(); // derived from the key, so that a retry gets the same ID
        var outcome = await orders.WriteAsync(new(id, key, $"create {user}", user, static _ => OrderChange.Changed));
        return outcome == OrderChange.Changed ? TypedResults.Ok(new OrderCreated(id)) : Problems.KeyReused();
    }

    private static async Task<Results<Ok<OrderView>, ProblemHttpResult>> FindAsync(string order, OrderStore orders)
    {
        if (!PathValues.IsId(order) || await orders.FindAsync(order) is not { } found) return UnknownOrder();
        return TypedResults.Ok(new OrderView(order, found.IsPaid, found.Lines, found.UserId, found.TotalCost));
    }

    private static async Task<Results<Ok<OrderChanged>, ProblemHttpResult>> AddItemAsync(
        string order, string item, string quantity, OrderStore orders, StockClient stock, IdempotencyKey? key)
    {
        if (!PathValues.TryAmount(quantity, out var pieces)) return Problems.Invalid("The quantity " + AmountRule);
        if (!PathValues.IsId(order)) return UnknownOrder();
        var request = $"add {order} {item} {pieces}";
        // Checked first: the item may have been removed since, or its price may be unavailable.
        if (key is not null && await orders.FindAsync(key, request) is { } before) return Answer(order, before);
        if (!PathValues.IsId(item) || await stock.FindPriceAsync(item) is not { } price) return Problems.NotFound("Item not found.");
        return Answer(order, await orders.WriteAsync(new(order, key, request, null, row => row.Add(item, pieces, price))));
    }

    private static async Task<Results<Ok<OrderChanged>, ProblemHttpResult>> RemoveItemAsync(
        string order, string item, OrderStore orders, IdempotencyKey? key)
    {
        if (!PathValues.IsId(order)) return UnknownOrder();
        return Answer(order, await orders.WriteAsync(new(order, key, $"remove {order} {item}", null, row => row.Remove(item))));
    }

    private static Results<Ok<OrderChanged>, ProblemHttpResult> Answer(string order, OrderChange outcome) => outcome switch
    {
        OrderChange.Changed => TypedResults.Ok(new OrderChanged(order)),
        OrderChange.UnknownOrder => UnknownOrder(),
        OrderChange.NotOpen => Problems.Conflict("order-not-open", "The order is paid or in checkout."),
        OrderChange.NoSuchLine => Problems.NotFound("The order does not contain this item."),
        OrderChange.KeyReused => Problems.KeyReused(),
        OrderChange.TooManyLines => Problems.Refused("too-many-lines", $"An order can have at most {OrderRow.LinesMax} lines."),
        OrderChange.Overflow => Problems.Refused("amount-too-large", "The quantity or the total would exceed 64 bits."),
        _ => throw new InvalidDataException($"A change of order {order} has the stored outcome {(short)outcome}, which this version does not know."),
    };

    private static async Task<Results<Ok<BatchDone>, ProblemHttpResult, UnavailableHttpResult>> BatchInitAsync(
        string n, string items, string users, string price, OrderBatch batch, CancellationToken cancellationToken)
    {
        if (!PathValues.TryAmount(n, out var count, OrderBatch.CountMax)) return Problems.Invalid("The number of orders " + CountRule);
        if (!PathValues.TryAmount(items, out var itemCount, OrderBatch.CountMax)) return Problems.Invalid("The number of items " + CountRule);
        if (!PathValues.TryAmount(users, out var userCount, OrderBatch.CountMax)) return Problems.Invalid("The number of users " + CountRule);
        if (!PathValues.TryAmount(price, out var amount, long.MaxValue / 2))
            return Problems.Invalid("The price must be a whole number from 1 to 4611686018427387903.");
        return await batch.InitAsync(count, itemCount, userCount, amount, cancellationToken)
            ? TypedResults.Ok(new BatchDone("Batch init for orders successful"))
            : Problems.Unavailable(UnavailableReasons.Busy, "Checkouts are in progress. Nothing was replaced. Try again when the shop is idle.");
    }

    private static ProblemHttpResult UnknownOrder() => Problems.NotFound("Order not found.");
}
