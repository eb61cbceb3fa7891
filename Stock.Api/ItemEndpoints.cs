using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults;
using Stock.Api.Items;

namespace Stock.Api;

internal sealed record ItemCreated([property: JsonPropertyName("item_id")] string ItemId);

internal sealed record ItemView(long Stock, long Price, long Held, long Sold);

internal sealed record ItemStock([property: JsonPropertyName("item_id")] string ItemId, long Stock);

internal sealed record BatchDone(string Msg);

/// <summary>The public part: items and their stock. Ids that cannot exist are 404 and bad amounts 400 without asking Redis.</summary>
internal static class ItemEndpoints
{
    private const string AmountRule = "must be a whole number from 1 to 9223372036854775807.";

    public static void MapItems(this WebApplication app)
    {
        var items = app.MapGroup("").WithTags("Items").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        items.MapPost("/item/create/{price}", CreateAsync).WithName("CreateItem").WithSummary("Creates an item without stock.");
        items.MapGet("/find/{item}", FindAsync).WithName("FindItem").WithSummary("An item's stock and price.");
        items.MapPost("/add/{item}/{n}", AddAsync).WithName("AddStock").WithSummary("Adds n pieces to the stock.");
        items.MapPost("/subtract/{item}/{n}", SubtractAsync).WithName("SubtractStock").WithSummary("Takes n pieces out of the stock, never below zero.");
        items.MapPost("/batch_init/{n}/{stock}/{price}", BatchInitAsync).WithName("BatchInitItems")
            .WithSummary("Replaces the items of the last batch by items \"0\" to \"n-1\", n up to 10,000,000. Meant for a shop at rest.");
    }

    private static async Task<Results<Ok<ItemCreated>, ProblemHttpResult>> CreateAsync(string price, ItemStore items) =>
        PathValues.TryAmount(price, out var amount)
            ? TypedResults.Ok(new ItemCreated(await items.CreateAsync(amount)))
            : Problems.Invalid("The price " + AmountRule);

    private static async Task<Results<Ok<ItemView>, ProblemHttpResult>> FindAsync(string item, ItemStore items)
    {
        if (!PathValues.IsId(item) || await items.FindAsync(item) is not { } found) return UnknownItem();
        return TypedResults.Ok(new ItemView(found.Available, found.Price, found.Held, found.Sold));
    }

    private static Task<Results<Ok<ItemStock>, ProblemHttpResult>> AddAsync(string item, string n, ItemStore items) => ChangeAsync(item, n, 1, items);

    private static Task<Results<Ok<ItemStock>, ProblemHttpResult>> SubtractAsync(string item, string n, ItemStore items) => ChangeAsync(item, n, -1, items);

    private static async Task<Results<Ok<ItemStock>, ProblemHttpResult>> ChangeAsync(string item, string n, int sign, ItemStore items)
    {
        if (!PathValues.TryAmount(n, out var amount)) return Problems.Invalid("The number of pieces " + AmountRule);
        if (!PathValues.IsId(item)) return UnknownItem();
        var (outcome, available) = await items.ChangeAsync(item, sign * amount);
        return outcome switch
        {
            ChangeOutcome.Changed => TypedResults.Ok(new ItemStock(item, available)),
            ChangeOutcome.UnknownItem => UnknownItem(),
            ChangeOutcome.OutOfStock => Problems.Refused("out-of-stock", "There is not that much in stock."),
            _ => Problems.Refused("amount-too-large", "The stock would exceed 64 bits."),
        };
    }

    private static async Task<Results<Ok<BatchDone>, ProblemHttpResult>> BatchInitAsync(string n, string stock, string price, ItemBatch batch)
    {
        if (!PathValues.TryAmount(n, out var count, ItemBatch.ItemsMax))
            return Problems.Invalid("The number of items must be a whole number from 1 to 10000000.");
        if (!PathValues.TryAmount(stock, out var pieces)) return Problems.Invalid("The stock " + AmountRule);
        if (!PathValues.TryAmount(price, out var amount)) return Problems.Invalid("The price " + AmountRule);
        return await batch.InitAsync(count, pieces, amount)
            ? TypedResults.Ok(new BatchDone("Batch init for stock successful"))
            : Problems.Conflict("superseded", "Another batch_init has taken over.");
    }

    private static ProblemHttpResult UnknownItem() => Problems.NotFound("There is no such item.");
}
