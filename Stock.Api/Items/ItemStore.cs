using System.Diagnostics.Metrics;
using System.Globalization;
using ServiceDefaults;
using ServiceKit.Batching;
using ServiceKit.Idempotency;
using StackExchange.Redis;
using Stock.Api.Identity;
using Stock.Api.Scripting;

namespace Stock.Api.Items;

/// <summary>
/// Stores items in Redis: hash <c>i:ID</c> with <c>a</c> available, <c>s</c> sold, <c>t</c> total, <c>p</c> price, and <c>g</c> generation (0, or the number of
/// the batch_init that created the item). The names have one letter because memory per item limits the number of items. The held quantity is in the records of
/// the reservations; it is the remainder of the total. A hidden product also has <c>h</c>, and orders cannot get its price. A deleted product has no <c>p</c>
/// and nothing available. Its other numbers stay, so that its books still balance. Concurrent reads share a call, and writes are group-committed.
/// </summary>
internal sealed class ItemStore
{
    private static readonly string FindScript = RedisScripts.Load("find"), WriteScript = RedisScripts.Load("write");

    private readonly RedisScripts _redis;
    private readonly StockIdentity _identity;
    private readonly GroupCommit<string, Reading> _reads;
    private readonly GroupCommit<Write, RedisValue> _writes;

    public ItemStore(RedisScripts redis, StockIdentity identity, IMeterFactory meters)
    {
        (_redis, _identity) = (redis, identity);
        _reads = new(new("item-reads"), meters, ReadAsync);
        _writes = new(new("items"), meters, CommitAsync);
    }

    /// <summary>Creates an item without stock and returns its ID, or null if the key was used for a different write.</summary>
    /// <exception cref="OverloadException">Too many callers are waiting. Nothing was done.</exception>
    public async Task<string?> CreateAsync(long price, IdempotencyKey? key)
    {
        var id = (key?.Id ?? Guid.CreateVersion7()).ToString(); // derived from the key, so that a retry gets the same ID
        return Outcome(await _writes.AddAsync(new Write(key, "c", id, price))) == WriteOutcome.Done ? id : null;
    }

    /// <summary>Returns the item, or null if not found.</summary>
    /// <exception cref="LostStockException">The item was not found because Redis has lost the stock.</exception>
    /// <exception cref="OverloadException">Too many callers are waiting.</exception>
    public async Task<Item?> FindAsync(string id)
    {
        var found = (await _reads.AddAsync(id)).Item;
        if (found is null) await _identity.RequireAsync();
        return found;
    }

    /// <summary>Returns the prices of items in the order requested; null if not found or not for sale.</summary>
    /// <exception cref="LostStockException">An item was not found because Redis has lost the stock.</exception>
    /// <exception cref="OverloadException">Too many callers are waiting.</exception>
    public async Task<long?[]> FindPricesAsync(string[] ids)
    {
        long?[] prices = [.. (await _reads.AddAsync(ids)).Select(static found => found.IsHidden ? null : found.Item?.Price)];
        if (Array.Exists(prices, static price => price is null)) await _identity.RequireAsync();
        return prices;
    }

    /// <summary>Adds pieces and returns the number then available.</summary>
    /// <exception cref="OverloadException">Too many callers are waiting. Nothing was done.</exception>
    public Task<(WriteOutcome Outcome, long Available)> AddAsync(string id, long pieces, IdempotencyKey? key) => ChangeAsync(new(key, "a", id, pieces));

    /// <summary>Subtracts pieces and returns the number then available.</summary>
    /// <exception cref="OverloadException">Too many callers are waiting. Nothing was done.</exception>
    public Task<(WriteOutcome Outcome, long Available)> SubtractAsync(string id, long pieces, IdempotencyKey? key) => ChangeAsync(new(key, "s", id, pieces));

    private async Task<(WriteOutcome Outcome, long Available)> ChangeAsync(Write write)
    {
        var reply = await _writes.AddAsync(write);
        var outcome = Outcome(reply);
        return (outcome, outcome == WriteOutcome.Done ? (long)reply : 0);
    }

    private async Task<Reading[]> ReadAsync(IReadOnlyList<string> ids)
    {
        const int Fields = 5;
        var values = (RedisValue[])(await _redis.ReadAsync(FindScript, [.. ids.Select(static id => (RedisValue)id)]))!;
        var found = new Reading[ids.Count];
        for (var i = 0; i < found.Length; i++)
        {
            var item = values.AsSpan(Fields * i, Fields);
            if (!item[1].IsNull) found[i] = new(new Item((long)item[0], (long)item[1], (long)item[2], (long)item[3]), IsHidden: !item[4].IsNull);
        }

        return found;
    }

    private async Task<RedisValue[]> CommitAsync(IReadOnlyList<Write> writes)
    {
        var arguments = new RedisValue[4 * writes.Count];
        for (var i = 0; i < writes.Count; i++)
        {
            var (key, verb, item, number) = writes[i];
            (arguments[4 * i], arguments[(4 * i) + 1], arguments[(4 * i) + 2], arguments[(4 * i) + 3]) = (key?.Id.ToString("N") ?? "", verb, item, number);
        }

        return (RedisValue[])(await _redis.WriteAsync(WriteScript, arguments))!;
    }

    /// <summary>Parses a reply of write.lua. A number is the quantity then available.</summary>
    /// <exception cref="InvalidDataException">The reply is unknown.</exception>
    internal static WriteOutcome Outcome(RedisValue reply) => (string?)reply switch
    {
        "U" => WriteOutcome.UnknownItem,
        "O" => WriteOutcome.OutOfStock,
        "V" => WriteOutcome.Overflow,
        "K" => WriteOutcome.KeyReused,
        { } number when long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _) => WriteOutcome.Done,
        _ => throw new InvalidDataException($"write.lua returned the unknown reply '{reply}'."),
    };

    private readonly record struct Reading(Item? Item, bool IsHidden);

    private readonly record struct Write(IdempotencyKey? Key, string Verb, string Item, long Number);
}
