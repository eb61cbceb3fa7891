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
/// Items in Redis: hash <c>i:ID</c> with <c>a</c> available, <c>s</c> sold, <c>t</c> the total, <c>p</c> price, and <c>g</c> the generation (0, or which
/// batch_init made it). One-letter names: memory per item is what limits the number of items. What is held stands in the records of the reservations; it is
/// the rest of the total. Writes are committed in groups.
/// </summary>
internal sealed class ItemStore
{
    private static readonly string WriteScript = RedisScripts.Load("write");
    private static readonly RedisValue[] Fields = ["a", "p", "s", "t"];

    private readonly RedisScripts _redis;
    private readonly StockIdentity _identity;
    private readonly GroupCommit<Write, RedisValue> _writes;

    public ItemStore(RedisScripts redis, StockIdentity identity, IMeterFactory meters)
    {
        (_redis, _identity) = (redis, identity);
        _writes = new(new("items"), meters, CommitAsync);
    }

    /// <summary>Creates an item without stock and returns its id; null where the key was for another write.</summary>
    /// <exception cref="OverloadException">Too many wait; nothing was done.</exception>
    public async Task<string?> CreateAsync(long price, IdempotencyKey? key)
    {
        var id = (key?.Id ?? Guid.CreateVersion7()).ToString(); // by the key, so that it is the same again
        return Outcome(await _writes.AddAsync(new Write(key, "c", id, price))) == WriteOutcome.Done ? id : null;
    }

    /// <summary>The item; null where there is none.</summary>
    public async Task<Item?> FindAsync(string id)
    {
        var values = await _redis.Database.HashGetAsync("i:" + id, Fields);
        if (!values[0].IsNull) return new Item((long)values[0], (long)values[1], (long)values[2], (long)values[3]);
        await _identity.RequireAsync();
        return null;
    }

    /// <summary>The prices of items, in the order asked; null where there is no such item.</summary>
    public async Task<long?[]> FindPricesAsync(string[] ids)
    {
        var prices = await Task.WhenAll(Array.ConvertAll(ids, async id =>
            (long?)await _redis.Database.HashGetAsync("i:" + id, "p")));
        if (Array.Exists(prices, static price => price is null)) await _identity.RequireAsync();
        return prices;
    }

    /// <summary>Adds pieces and returns what is available then.</summary>
    /// <exception cref="OverloadException">Too many wait; nothing was done.</exception>
    public Task<(WriteOutcome Outcome, long Available)> AddAsync(string id, long pieces, IdempotencyKey? key) => ChangeAsync(new(key, "a", id, pieces));

    /// <summary>Takes pieces and returns what is available then.</summary>
    /// <exception cref="OverloadException">Too many wait; nothing was done.</exception>
    public Task<(WriteOutcome Outcome, long Available)> SubtractAsync(string id, long pieces, IdempotencyKey? key) => ChangeAsync(new(key, "s", id, pieces));

    private async Task<(WriteOutcome Outcome, long Available)> ChangeAsync(Write write)
    {
        var reply = await _writes.AddAsync(write);
        var outcome = Outcome(reply);
        return (outcome, outcome == WriteOutcome.Done ? (long)reply : 0);
    }

    private async Task<RedisValue[]> CommitAsync(IReadOnlyList<Write> writes)
    {
        var arguments = new RedisValue[4 * writes.Count];
        for (var i = 0; i < writes.Count; i++)
        {
            var (key, verb, item, number) = writes[i];
            (arguments[4 * i], arguments[(4 * i) + 1], arguments[(4 * i) + 2], arguments[(4 * i) + 3]) = (key?.Id.ToString("N") ?? "", verb, item, number);
        }

        return (RedisValue[])(await _redis.RunAsync(WriteScript, arguments))!;
    }

    /// <summary>What a reply of write.lua says; a number is what is available then.</summary>
    /// <exception cref="InvalidDataException">It says something else.</exception>
    internal static WriteOutcome Outcome(RedisValue reply) => (string?)reply switch
    {
        "U" => WriteOutcome.UnknownItem,
        "O" => WriteOutcome.OutOfStock,
        "V" => WriteOutcome.Overflow,
        "K" => WriteOutcome.KeyReused,
        { } number when long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _) => WriteOutcome.Done,
        _ => throw new InvalidDataException($"The script replied '{reply}'."),
    };

    private readonly record struct Write(IdempotencyKey? Key, string Verb, string Item, long Number);
}
