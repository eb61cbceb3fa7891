using StackExchange.Redis;
using Stock.Api.Scripting;

namespace Stock.Api.Items;

/// <summary>
/// Replaces the numbered items "0" to "n-1". It works in parts, so that Redis can serve other requests in between. While it runs, both old and new items are
/// visible. If it is interrupted, running it again completes it. A later batch supersedes one that is still running.
/// </summary>
internal sealed class ItemBatch(RedisScripts redis)
{
    /// <summary>Maximum number of items per batch.</summary>
    public const long ItemsMax = 10_000_000;

    // Takes Redis about 10 ms: short enough for requests queued behind it, long enough that the fsync after each part is negligible.
    private const long PartItems = 5_000;

    private static readonly string BeginScript = RedisScripts.Load("batch_begin");
    private static readonly string PartScript = RedisScripts.Load("batch_part");
    private static readonly string EndScript = RedisScripts.Load("batch_end");

    /// <summary>Replaces the items and runs to completion even if the caller disconnects. Returns false if a later batch has taken over.</summary>
    public async Task<bool> InitAsync(long count, long stock, long price)
    {
        var begun = (RedisValue[])(await redis.WriteAsync(BeginScript, [count]))!;
        var (generation, previous) = (begun[0], (long)begun[1]);
        for (var from = 0L; from < count; from += PartItems)
        {
            if (!await PartAsync([generation, from, Math.Min(from + PartItems, count), stock, price])) return false;
        }

        for (var from = count; from < previous; from += PartItems)
        {
            if (!await PartAsync([generation, from, Math.Min(from + PartItems, previous)])) return false;
        }

        return (bool)await redis.WriteAsync(EndScript, [generation, count]);

        async Task<bool> PartAsync(RedisValue[] arguments) => (bool)await redis.WriteAsync(PartScript, arguments);
    }
}
