using System.Globalization;
using StackExchange.Redis;
using Stock.Api.Items;
using Stock.Api.Reservations;
using Stock.Api.Scripting;

namespace Stock.Api.Audit;

/// <summary>Reads items and reservations for Order.Api's reconciliation, in pages that block Redis for about a millisecond. Writes nothing.</summary>
internal sealed class StockAudit(RedisScripts redis)
{
    private const int PageKeys = 1_000;

    // Each checkout leaves its record for about 20 s, so this is enough for over 20,000 checkouts a second.
    private const int RecordsMax = 500_000;

    private const long PeriodSeconds = 10; // must match ReservationStore
    private const long LookBackPeriodsMax = 24 * 3600 / PeriodSeconds;

    private static readonly string ItemsScript = RedisScripts.Load("audit_items");
    private static readonly string PeriodsScript = RedisScripts.Load("audit_periods");
    private static readonly string HoldsScript = RedisScripts.Load("audit_holds");
    private static readonly string HeldScript = RedisScripts.Load("audit_held");

    public async Task<ItemPage> PageAsync(string cursor)
    {
        var reply = (RedisValue[])(await redis.ReadAsync(ItemsScript, [cursor, PageKeys]))!;
        var items = new List<ItemBooks>();
        for (var i = 2; i < reply.Length; i += 4)
        {
            var (available, sold, total) = ((long)reply[i + 1], (long)reply[i + 2], (long)reply[i + 3]);
            if (available < 0 || sold < 0 || total - available - sold != 0) items.Add(new(reply[i]!, available, sold, total, 0));
        }

        return new(reply[0]!, (int)reply[1], [.. items]);
    }

    /// <summary>Returns the quantities that records hold, for the items they hold and the requested ones.</summary>
    /// <param name="items">Requested items.</param>
    /// <param name="now">Unix seconds by the clock that determines the records' periods. Redis's clock may differ.</param>
    /// <param name="isAtomic">Whether to read everything in one step.</param>
    /// <exception cref="TooManyRecordsException">There are too many records to examine.</exception>
    public async Task<HeldPage> FindHeldAsync(string[] items, long now, bool isAtomic)
    {
        var periods = (RedisValue[])(await redis.ReadAsync(PeriodsScript, [now / PeriodSeconds, LookBackPeriodsMax]))!;
        return isAtomic ? await ReadAtomicallyAsync(periods, items) : await ReadAsync(periods, items);
    }

    private async Task<HeldPage> ReadAsync(RedisValue[] periods, string[] asked)
    {
        var holds = new Dictionary<(string Item, string Generation), long>();
        var (sagas, left) = (new HashSet<Guid>(), RecordsMax / PageKeys);
        foreach (var period in periods)
        {
            RedisValue cursor = "0";
            do
            {
                if (--left < 0) throw new TooManyRecordsException();
                var reply = (RedisValue[])(await redis.ReadAsync(HoldsScript, [period, cursor, PageKeys]))!;
                for (var i = 1; i < reply.Length; i += 2)
                {
                    if (sagas.Add(new Guid((byte[])reply[i]!))) Add(holds, reply[i + 1]!); // a scan may return a record twice
                }

                cursor = reply[0];
            }
            while (cursor != "0");
        }

        string[] ids = [.. holds.Keys.Select(static hold => hold.Item).Union(asked)];
        var values = await Task.WhenAll(Array.ConvertAll(ids, id =>
            redis.Database.HashGetAsync("i:" + id, ["a", "s", "t", "g"], CommandFlags.DemandMaster)));
        return new(Items(ids, [.. values.SelectMany(static row => row)], holds), [.. sagas]);
    }

    private async Task<HeldPage> ReadAtomicallyAsync(RedisValue[] periods, string[] asked)
    {
        RedisValue[] arguments = [RecordsMax, periods.Length, .. periods, .. asked];
        var reply = await redis.ReadAsync(HeldScript, arguments);
        if (reply.IsNull) throw new TooManyRecordsException();
        var holds = new Dictionary<(string Item, string Generation), long>();
        var parts = (RedisResult[])reply!;
        foreach (var record in (RedisValue[])parts[0]!) Add(holds, record!);
        return new(Items(asked, (RedisValue[])parts[1]!, holds), []);
    }

    // Does not count holds on another generation of an item: batch_init has replaced the item together with its holds.
    private static ItemBooks[] Items(string[] ids, RedisValue[] values, Dictionary<(string Item, string Generation), long> holds)
    {
        var items = new List<ItemBooks>(ids.Length);
        for (var i = 0; i < ids.Length; i++)
        {
            if (values[4 * i].IsNullOrEmpty) continue;
            var held = holds.GetValueOrDefault((ids[i], (string)values[(4 * i) + 3]!));
            items.Add(new(ids[i], (long)values[4 * i], (long)values[(4 * i) + 1], (long)values[(4 * i) + 2], held));
        }

        return [.. items];
    }

    // "H item quantity generation ..."
    private static void Add(Dictionary<(string Item, string Generation), long> holds, string record)
    {
        var words = record.Split(' ');
        for (var i = 1; i + 2 < words.Length; i += 3)
        {
            var hold = (words[i], words[i + 2]);
            holds[hold] = holds.GetValueOrDefault(hold) + long.Parse(words[i + 1], CultureInfo.InvariantCulture);
        }
    }
}
