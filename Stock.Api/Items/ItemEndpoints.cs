using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults;
using ServiceKit.Idempotency;

namespace Stock.Api.Items;

/// <summary>The public endpoints: items and their stock. Impossible IDs get a 404 and invalid amounts a 400 without querying Redis.</summary>
internal static class ItemEndpoints
{
    /// <summary>Maximum number of items per call for prices.</summary>
    public const int PricesMax = 1_000;

    private const string AmountRule = "must be a whole number from 1 to 9223372036854775807.";

    public static void MapItems(this WebApplication app)
    {
        var items = app.MapGroup("").WithTags("Items").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        items.MapPost("/item/create/{price}", CreateAsync).WithName("CreateItem").WithSummary("Creates an item without stock.");
        items.MapGet("/find/{item}", FindAsync).WithName("FindItem").WithSummary("Returns an item's stock and price.");
        items.MapPost("/add/{item}/{n}", AddAsync).WithName("AddStock").WithSummary("Adds n pieces to the stock.");
        items.MapPost("/subtract/{item}/{n}", SubtractAsync).WithName("SubtractStock")
            .WithSummary("Takes n pieces out of the stock. Rejected if there are fewer.");
        items.MapPost("/internal/prices", PricesAsync).WithName("Prices").WithSummary("Returns the prices of items, for Order.Api. Not routed by the gateway.");
        items.MapPost("/batch_init/{n}/{stock}/{price}", BatchInitAsync).WithName("BatchInitItems")
            .WithSummary("Replaces the items of the last batch with items \"0\" to \"n-1\", n up to 10,000,000. Intended for an idle shop.");
    }

    private static async Task<Results<Ok<ItemCreated>, ProblemHttpResult>> CreateAsync(string price, ItemStore items, IdempotencyKey? key)
    {
        if (!PathValues.TryAmount(price, out var amount)) return Problems.Invalid("The price " + AmountRule);
        return await items.CreateAsync(amount, key) is { } id ? TypedResults.Ok(new ItemCreated(id)) : Problems.KeyReused();
    }

    private static async Task<Results<Ok<ItemView>, ProblemHttpResult>> FindAsync(string item, ItemStore items)
    {
        if (!PathValues.IsId(item) || await items.FindAsync(item) is not { } found) return UnknownItem();
        return TypedResults.Ok(new ItemView(found.Available, found.Price, found.Held, found.Sold));
    }

    private static Task<Results<Ok<ItemStock>, ProblemHttpResult>> AddAsync(string item, string n, ItemStore items, IdempotencyKey? key) =>
        ChangeAsync(item, n, items.AddAsync, key);

    private static Task<Results<Ok<ItemStock>, ProblemHttpResult>> SubtractAsync(string item, string n, ItemStore items, IdempotencyKey? key) =>
        ChangeAsync(item, n, items.SubtractAsync, key);

    private static async Task<Results<Ok<ItemStock>, ProblemHttpResult>> ChangeAsync(
        string item, string n, Func<string, long, IdempotencyKey?, Task<(WriteOutcome, long)>> changeAsync, IdempotencyKey? key)
    {
        if (!PathValues.TryAmount(n, out var amount)) return Problems.Invalid("The number of pieces " + AmountRule);
        if (!PathValues.IsId(item)) return UnknownItem();
        var (outcome, available) = await changeAsync(item, amount, key);
        return outcome switch
        {
            WriteOutcome.Done => TypedResults.Ok(new ItemStock(item, available)),
            WriteOutcome.UnknownItem => UnknownItem(),
            WriteOutcome.OutOfStock => Problems.Refused("out-of-stock", "There is not enough stock."),
            WriteOutcome.KeyReused => Problems.KeyReused(),
            WriteOutcome.Overflow => Problems.Refused("amount-too-large", "The stock would exceed 64 bits."),
            _ => throw new InvalidOperationException($"{outcome} is not an outcome of a change."),
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
            : Problems.Conflict("superseded", "A later batch_init replaced this one.");
    }

    private static async Task<Results<Ok<Prices>, ProblemHttpResult>> PricesAsync(PricesRequest request, ItemStore items) =>
        request.Items is { Length: >= 1 and <= PricesMax } ids && Array.TrueForAll(ids, PathValues.IsId)
            ? TypedResults.Ok(new Prices(await items.FindPricesAsync(ids)))
            : Problems.Invalid("The request must have 1 to 1000 items.");

    private static ProblemHttpResult UnknownItem() => Problems.NotFound("Item not found.");
}
