using System.Net;
using System.Runtime.Versioning;
using System.Text.Json;
using LoadTest.Histories;
using Tests.Cluster;
using Tests.Faults;

namespace Tests.Hosts;

/// <summary>A small shop created with batch_init, and the checks of its books after a failure of machines. Uses only what clients can see.</summary>
[SupportedOSPlatform("linux")]
internal sealed class HostBooks
{
    public const int Orders = 3_000;

    private const int Items = 30, ScarceItems = 10, Users = 30, PoorUsers = 3, AtOnceMax = 16;
    private const long Price = 3, Plenty = 1_000_000, Few = 10;
    private static readonly TimeSpan SettleTimeMax = TimeSpan.FromSeconds(20);
    private readonly ThreeHosts _hosts;
    private readonly ShopClient _shop;

    private HostBooks(ThreeHosts hosts, ShopClient shop) => (_hosts, _shop) = (hosts, shop);

    /// <summary>
    /// Creates the shop. Some items are scarce and some users poor, so that checkouts are rejected for both reasons all the time. Each scarce item has more
    /// pieces than the one before, so that during a fault one of them is about to sell out.
    /// </summary>
    public static async Task<HostBooks> OpenAsync(ThreeHosts hosts, ShopClient shop)
    {
        var books = new HostBooks(hosts, shop);
        await books.RestAsync(IsWithoutSagas);
        await SendAsync($"/stock/batch_init/{Items}/{Plenty}/{Price}");
        await SendAsync($"/payment/batch_init/{Users}/{Plenty}");
        await SendAsync($"/orders/batch_init/{Orders}/{Items}/{Users}/{Price}");
        for (var item = 0; item < ScarceItems; item++) await SendAsync($"/stock/subtract/{item}/{Plenty - Scarce(item)}");
        for (var user = 0; user < PoorUsers; user++) await SendAsync($"/payment/pay/{user}/{Plenty - Few}");
        return books;

        // Retried with the same key until it has succeeded: the gateway may first have to notice that its connection to a machine belongs to the machine's
        // previous life.
        Task SendAsync(string path)
        {
            var key = Guid.NewGuid().ToString();
            return Eventually.EqualAsync(HttpStatusCode.OK, async () => (await shop.SendAsync("POST", path, key: key)).Status, SettleTimeMax);
        }
    }

    /// <summary>Reads the books through the gateway once the shop's own reconciliation reports no violations and no open checkouts.</summary>
    public async Task<HistoryBooks> CloseAsync()
    {
        await RestAsync(IsReconciled);
        var orders = new JsonElement[Orders];
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnceMax, CancellationToken = TestContext.Current.CancellationToken };
        await Parallel.ForAsync(0, Orders, options, async (n, _) => orders[n] = await _shop.GetAsync($"/orders/find/{n}"));
        var credit = new Dictionary<string, long>();
        for (var user = 0; user < Users; user++) credit[$"{user}"] = await _shop.CreditAsync($"{user}");
        var stock = await StockAsync();
        Assert.Equal(StockBefore(), stock.Select(books => books.Stock + books.Held + books.Sold));
        return new([.. orders.Index().Where(o => o.Item.GetProperty("paid").GetBoolean()).Select(o => Paid($"{o.Index}", o.Item))],
            Numbered(Enumerable.Range(0, Users).Select(user => user < PoorUsers ? Few : Plenty)), credit,
            Numbered(StockBefore()), Numbered(stock.Select(books => books.Stock)), stock.Sum(books => books.Held));
    }

    // Interrupted checkouts complete after their lease expires, and a background run on another machine may leave an invariant unchecked, so this is polled.
    private async Task RestAsync(Func<JsonElement, bool> isRest)
    {
        await _hosts.DeliveredAsync();
        var report = await Eventually.UntilAsync(
            async () => await _hosts.GetAsync(_hosts.Machines[1], "order-api", "/internal/reconciliation") ?? "", Holds, SettleTimeMax);
        Assert.True(Holds(report), report);

        bool Holds(string text) => text.Length > 0 && isRest(JsonElement.Parse(text));
    }

    private static bool IsReconciled(JsonElement report) => report.GetProperty("ok").ValueKind == JsonValueKind.True && IsWithoutSagas(report);

    private static bool IsWithoutSagas(JsonElement report) => FaultCluster.Invariant(report, "sagas-end").GetProperty("examined").GetInt64() == 0;

    private async Task<Books[]> StockAsync()
        => await Task.WhenAll(Enumerable.Range(0, Items).Select(item => _shop.StockAsync($"{item}")));

    private static IEnumerable<long> StockBefore() => Enumerable.Range(0, Items).Select(item => item < ScarceItems ? Scarce(item) : Plenty);

    private static long Scarce(int item) => Few * (item + 1);

    private static Dictionary<string, long> Numbered(IEnumerable<long> values) => values.Index().ToDictionary(one => $"{one.Index}", one => one.Item);

    private static PaidOrder Paid(string id, JsonElement order)
    {
        var lines = order.GetProperty("items").EnumerateArray().ToList();
        return new(id, order.GetProperty("user_id").GetString()!, order.GetProperty("total_cost").GetInt64(),
            lines.ConvertAll(line => line[0].GetString()!), lines.ConvertAll(line => line[1].GetInt64()));
    }
}
