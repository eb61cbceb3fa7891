using Stock.Api.Scripting;
using StackExchange.Redis;

namespace Stock.Api.Items;

/// <summary>
/// Replaces the numbered items "0" to "n-1". It goes in parts, so that Redis serves others in between; for as long as it runs, old and new items are seen side
/// by side.
/// Run again it completes what was cut short. A later one wins over one that still runs.
/// </summary>
internal sealed class ItemBatch(RedisScripts redis)
{
    /// <summary>Most items of one batch.</summary>
    public const long ItemsMax = 10_000_000;

    // About 10 ms of Redis's time: short enough for those who wait behind it, long enough that the fsync after each part does not count.
    private const long PartItems = 5_000;

    private static readonly string BeginScript = RedisScripts.Load("batch_begin");
    private static readonly string PartScript = RedisScripts.Load("batch_part");
    private static readonly string EndScript = RedisScripts.Load("batch_end");

    /// <summary>Replaces the items; goes on to the end even if the caller has gone. False: another batch began meanwhile and has taken over.</summary>
    public async Task<bool> InitAsync(long count, long stock, long price)
    {
        var begun = (RedisValue[])(await redis.RunAsync(BeginScript, [count]))!;
        var (generation, previous) = (begun[0], (long)begun[1]);
        for (var from = 0L; from < count; from += PartItems)
        {
            if (!await PartAsync([generation, from, Math.Min(from + PartItems, count), stock, price])) return false;
        }

        for (var from = count; from < previous; from += PartItems)
        {
            if (!await PartAsync([generation, from, Math.Min(from + PartItems, previous)])) return false;
        }

        return (bool)await redis.RunAsync(EndScript, [generation, count]);

        async Task<bool> PartAsync(RedisValue[] arguments) => (bool)await redis.RunAsync(PartScript, arguments);
    }
}
