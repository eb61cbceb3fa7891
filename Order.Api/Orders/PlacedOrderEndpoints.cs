using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Order.Api.Checkout.Participants;
using Order.Api.Checkout.Saga;
using ServiceDefaults;
using ServiceKit.Idempotency;

namespace Order.Api.Orders;

/// <summary>Endpoints for the storefront: orders with an address, and popular items by state. The gateway does not route them.</summary>
internal static class PlacedOrderEndpoints
{
    public static void MapPlacedOrders(this WebApplication app)
    {
        var orders = app.MapGroup("/internal").WithTags("Storefront").ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        orders.MapPost("/orders", PlaceAsync).WithName("PlaceOrder")
            .WithSummary("Creates an order with lines at current prices and an address. A line can state the price that the buyer saw: if the price has "
                + "changed, no order is created.");
        orders.MapGet("/orders/{order}", FindAsync).WithName("FindPlacedOrder").WithSummary("Returns an order with its address.");
        orders.MapGet("/users/{user}/orders", LatestAsync).WithName("LatestOrders")
            .WithSummary("Returns a user's latest orders that have an address, 50 at most.");
        orders.MapGet("/popular/{state}", PopularAsync).WithName("Popular")
            .WithSummary("Returns the three best-selling items of a state, by number of pieces.");
    }

    private static async Task<Results<Ok<OrderCreated>, ProblemHttpResult>> PlaceAsync(
        PlaceOrder request, OrderStore orders, StockClient stock, IdempotencyKey? key)
    {
        if (!PathValues.IsId(request.UserId)) return Problems.NotFound("User not found.");
        if (request.Shipping is not { IsValid: true })
            return Problems.Invalid("The address must have a name, a street, a two-letter state in capitals and a ZIP code, and may have a city.");
        if (request.Lines is not { Length: >= 1 and <= OrderRow.LinesMax } lines || !Array.TrueForAll(lines, static line => line is { Quantity: >= 1 }))
            return Problems.Invalid($"An order must have 1 to {OrderRow.LinesMax} lines, each of one piece or more.");
        var id = (key?.Id ?? Guid.CreateVersion7()).ToString(); // derived from the key, so that a retry gets the same ID
        // Checked first, because an item may have been removed since. The record of the key must not contain an address, hence the digest.
        var digest = key is null ? "" : $"place {IdempotencyKey.Digest(JsonSerializer.SerializeToElement(request, OrderJson.Default.PlaceOrder))}";
        if (key is not null && await orders.FindAsync(key, digest) is { } before) return Answer(id, before);
        var prices = await Task.WhenAll(lines.Select(line => PathValues.IsId(line.Item) ? stock.FindPriceAsync(line.Item) : Task.FromResult<long?>(null)));
        if (Array.Exists(prices, static price => price is null)) return Problems.NotFound("Item not found.");
        if (lines.Zip(prices).Any(static line => line.First.Price is { } shown && shown != line.Second))
            return Problems.Refused("price-changed", "An item's price is not the one in the request.");
        return Answer(id, await orders.WriteAsync(new(id, key, digest, request.UserId, row => Add(row, lines, prices), request.Shipping)));
    }

    private static OrderChange Add(OrderRow row, PlaceLine[] lines, long?[] prices)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (row.Add(lines[i].Item, lines[i].Quantity, prices[i]!.Value) is var refusal and not OrderChange.Changed) return refusal;
        }

        return OrderChange.Changed;
    }

    private static Results<Ok<OrderCreated>, ProblemHttpResult> Answer(string id, OrderChange outcome) => outcome switch
    {
        OrderChange.Changed => TypedResults.Ok(new OrderCreated(id)),
        OrderChange.KeyReused => Problems.KeyReused(),
        OrderChange.Overflow => Problems.Refused("amount-too-large", "A quantity or the total would exceed 64 bits."),
        _ => throw new InvalidDataException($"The placing of order {id} has the stored outcome {(short)outcome}, which this version does not know."),
    };

    private static async Task<Results<Ok<PlacedOrderView>, ProblemHttpResult>> FindAsync(
        string order, PlacedOrders orders, CancellationToken cancellationToken) =>
        PathValues.IsId(order) && await orders.FindAsync(order, cancellationToken) is { } found
            ? TypedResults.Ok(View(found))
            : Problems.NotFound("Order not found.");

    private static async Task<Ok<PlacedOrdersView>> LatestAsync(string user, PlacedOrders orders, CancellationToken cancellationToken) =>
        TypedResults.Ok(new PlacedOrdersView(PathValues.IsId(user) ? [.. (await orders.LatestAsync(user, cancellationToken)).Select(View)] : []));

    private static async Task<Ok<PopularView>> PopularAsync(string state, PlacedOrders orders, CancellationToken cancellationToken) =>
        TypedResults.Ok(new PopularView(
            [.. (await orders.PopularAsync(state, cancellationToken)).Select(static popular => new PopularItemView(popular.Item, popular.Quantity))]));

    private static PlacedOrderView View(PlacedOrder order) => new(
        order.Id,
        order.UserId,
        order.Status switch
        {
            OrderStatus.Paid => "paid",
            OrderStatus.CheckingOut => "checking-out",
            OrderStatus.Open => order.Refusal == Refusal.None ? "open" : "refused",
            _ => throw new InvalidDataException($"Order {order.Id} has the status {(short)order.Status}, which this version does not know."),
        },
        order.Status == OrderStatus.Open ? RefusalName(order.Refusal) : null,
        [.. order.Lines.Select(static line => new PlacedLineView(line.Item, line.Quantity, line.Cost))],
        order.TotalCost,
        order.Shipping,
        order.PlacedAt);

    // The same names as the problem types.
    private static string? RefusalName(Refusal refusal) => refusal switch
    {
        Refusal.None => null,
        Refusal.OutOfStock => "out-of-stock",
        Refusal.UnknownItem => "unknown-item",
        Refusal.InsufficientCredit => "insufficient-credit",
        Refusal.UnknownUser => "unknown-user",
        Refusal.Expired => "checkout-expired",
        _ => throw new InvalidDataException($"The stored refusal {(short)refusal} is unknown to this version."),
    };
}
