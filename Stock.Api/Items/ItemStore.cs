using Stock.Api.Scripting;
using StackExchange.Redis;

namespace Stock.Api.Items;

/// <summary>An item as its hash holds it. <c>Available + Held + Sold</c> is all that ever came in by add or batch_init, less what subtract took out.</summary>
/// <param name="Available">Free to be sold, 0 or more.</param>
/// <param name="Price">For one piece, 1 or more.</param>
/// <param name="Held">Reserved by checkouts under way.</param>
/// <param name="Sold">Sold by checkouts.</param>
internal readonly record struct Item(long Available, long Price, long Held, long Sold);

/// <summary>What came of a change of stock.</summary>
internal enum ChangeOutcome
{
    /// <summary>Done.</summary>
    Changed,

    /// <summary>No such item.</summary>
    UnknownItem,

    /// <summary>Less in stock than was to be taken.</summary>
    OutOfStock,

    /// <summary>The total would not fit in 64 bits.</summary>
    Overflow,
}

/// <summary>
/// Items in Redis: hash <c>i:ID</c> with <c>a</c> available, <c>h</c> held, <c>s</c> sold, <c>t</c> the total of the three, <c>p</c> price, and <c>g</c>
/// the generation (0, or which batch_init made it). One-letter names: memory per item is what limits the number of items.
/// </summary>
internal sealed class ItemStore(RedisScripts redis)
{
    private static readonly string ChangeScript = RedisScripts.Load("change");
    private static readonly RedisValue[] Fields = ["a", "p", "h", "s"];

    /// <summary>Creates an item without stock and returns its id.</summary>
    public async Task<string> CreateAsync(long price)
    {
        var id = Guid.CreateVersion7().ToString();
        HashEntry[] fields = [new("a", 0), new("h", 0), new("s", 0), new("t", 0), new("p", price), new("g", 0)];
        await redis.Database.HashSetAsync(Key(id), fields).WaitAsync(RedisScripts.CommandTimeMax);
        return id;
    }

    /// <summary>The item; null where there is none.</summary>
    public async Task<Item?> FindAsync(string id)
    {
        var values = await redis.Database.HashGetAsync(Key(id), Fields).WaitAsync(RedisScripts.CommandTimeMax);
        return values[0].IsNull ? null : new Item((long)values[0], (long)values[1], (long)values[2], (long)values[3]);
    }

    /// <summary>Adds (positive) or takes (negative) pieces and returns what is available then.</summary>
    public async Task<(ChangeOutcome Outcome, long Available)> ChangeAsync(string id, long amount)
    {
        var replies = (RedisValue[])(await redis.RunAsync(ChangeScript, [id, amount]))!;
        return (string?)replies[0] switch
        {
            "U" => (ChangeOutcome.UnknownItem, 0),
            "O" => (ChangeOutcome.OutOfStock, 0),
            "V" => (ChangeOutcome.Overflow, 0),
            _ => (ChangeOutcome.Changed, (long)replies[0]),
        };
    }

    private static RedisKey Key(string id) => "i:" + id;
}
