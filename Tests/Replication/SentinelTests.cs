using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Tests.Cluster;
using Tests.Unit;

namespace Tests.Replication;

/// <summary>Sentinel replaces a lost master, and Stock.Api follows it.</summary>
[Trait("Category", "Long")]
public sealed class SentinelTests : IDisposable
{
    private const int Lanes = 4, Losses = 2, HoldsBetween = 200;
    private const long Pieces = 1_000_000;

    /// <summary>Sentinel asks the master for its replicas every 10 s; a returned one that it has not listed cannot become the master.</summary>
    private static readonly TimeSpan ListedTime = TimeSpan.FromSeconds(12), BackTimeMax = TimeSpan.FromSeconds(30);

    private readonly TempFolder _folder = new();
    private readonly List<RedisNode> _nodes = [];
    private readonly ConcurrentDictionary<Guid, bool> _confirmed = [];
    private readonly CancellationTokenSource _stop = new();
    private long _unknown;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var node in _nodes) node.Dispose();
        _folder.Dispose();
        _stop.Dispose();
    }

    /// <summary>The master dies without warning at a random moment, and its data with it. Its machine returns empty, and then the next master dies.</summary>
    [Fact(Timeout = 240_000)]
    public async Task No_confirmed_hold_is_lost_with_the_master()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var (redis, sentinels) = (await RedisNode.CreateAsync(3, _folder), await RedisNode.CreateAsync(3, _folder, "sentinel"));
        _nodes.AddRange([.. redis, .. sentinels]);
        await redis[0].StartAsync(null, "--min-replicas-to-write", "1");
        foreach (var replica in redis[1..]) await replica.StartAsync(redis[0], "--min-replicas-to-write", "1");
        await redis[0].ReplicatedAsync(2);
        foreach (var sentinel in sentinels) await sentinel.WatchAsync(redis[0]);
        using var stock = await StockProcess.StartAsync($"{string.Join(',', sentinels.Select(s => s.Address))},serviceName=shop", 1);
        await Task.Delay(ListedTime, Ct);
        var item = await stock.NewItemAsync();
        Assert.Equal(200, (await stock.PostAsync($"/add/{item}/{Pieces}")).Status);

        var load = Task.WhenAll(Enumerable.Range(0, Lanes).Select(_ => HoldAsync(stock, item)));
        var lost = redis[0];
        for (var loss = 0; loss < Losses; loss++)
        {
            await ConfirmedAsync(HoldsBetween);
            await Task.Delay(random.Next(1_000), Ct);
            await lost.LoseAsync();
            var clock = Stopwatch.StartNew();
            await ConfirmedAsync(1);
            var first = clock.Elapsed;
            await ConfirmedAsync(HoldsBetween);
            TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"holds again after {first.TotalSeconds:0.0} s, {HoldsBetween} after {clock.Elapsed.TotalSeconds:0.0} s; {_unknown} unknown so far"));
            Assert.InRange(first, TimeSpan.Zero, BackTimeMax);
            var master = await MasterAsync();
            await lost.StartAsync(master, "--min-replicas-to-write", "1");
            await master.ReplicatedAsync(2);
            await Task.Delay(ListedTime, Ct);
            lost = master;
        }

        await _stop.CancelAsync();
        await load;
        var kept = await (await MasterAsync()).SagasAsync();
        Assert.Empty(_confirmed.Keys.Except(kept));
        Assert.Equal((Pieces - kept.Count, kept.Count), await stock.FindAsync(item));
        TestContext.Current.TestOutputHelper?.WriteLine($"{_confirmed.Count} confirmed, {_unknown} unknown, {kept.Count} kept");

        async Task<RedisNode> MasterAsync()
        {
            var port = await sentinels[0].MasterPortAsync();
            return Assert.Single(redis, node => node.Port == port);
        }
    }

    private async Task HoldAsync(StockProcess stock, string item)
    {
        while (!_stop.IsCancellationRequested)
        {
            var saga = Guid.CreateVersion7();
            var (status, body) = await stock.HoldAsync(saga, item);
            if (status == 200) Assert.Equal("""{"outcomes":[1]}""", body);
            if (status == 200) _confirmed[saga] = true;
            else Interlocked.Increment(ref _unknown);
            if (status != 200) await Task.Delay(TimeSpan.FromMilliseconds(50), Ct);
        }
    }

    private async Task ConfirmedAsync(int more)
    {
        var wanted = _confirmed.Count + more;
        Assert.InRange(await Eventually.UntilAsync(() => Task.FromResult(_confirmed.Count), count => count >= wanted, 2 * BackTimeMax), wanted, int.MaxValue);
    }
}
