using LoadTest.Histories;
using Npgsql;
using Tests.Cluster;

namespace Tests.Faults;

/// <summary>
/// A small shop created with batch_init, and the checks of its books after a fault. The stores are queried directly, without the failed services.
/// </summary>
internal sealed class ShopBooks
{
    public const int Orders = 10_000;

    private const int Items = 50, ScarceItems = 2, Users = 50, PoorUsers = 5;
    private const long Price = 3, Plenty = 1_000_000, Few = 10;

    // Only numbered accounts and orders belong to this shop; those of other tests have longer ids.
    private const string SagasSql = "SELECT count(*) FROM sagas";
    private const string OrdersSql = """
        SELECT id::int, status, coalesce(saga_id, gen_random_uuid()), user_id, total_cost, item_ids, quantities FROM orders WHERE length(id) < 36
        """;

    private const string ChargesSql = "SELECT id, account_id, amount FROM entries WHERE kind = 3 AND status = 1 AND length(account_id) < 36";

    // Every third order goes to one of two states, so that turns mix orders with and without a state.
    private const string ShipSql = """
        DELETE FROM popular;
        UPDATE orders SET state = CASE id::int % 6 WHEN 0 THEN 'CA' ELSE 'TX' END WHERE length(id) < 36 AND id::int % 3 = 0;
        """;

    // Counts that do not match the paid orders, in either direction.
    private const string MiscountedSql = """
        WITH sold AS (
            SELECT o.state, line.item_id, sum(line.quantity)::bigint AS quantity
            FROM orders o, unnest(o.item_ids, o.quantities) AS line (item_id, quantity) WHERE o.status = 2 AND o.state IS NOT NULL GROUP BY 1, 2)
        SELECT format('%s %s: sold %s, counted %s', state, item_id, s.quantity, p.quantity)
        FROM sold s FULL JOIN popular p USING (state, item_id) WHERE s.quantity IS DISTINCT FROM p.quantity
        """;

    private readonly FaultCluster _cluster;
    private readonly long[] _stock = new long[Items];
    private readonly long[] _credit = new long[Users];

    private ShopBooks(FaultCluster cluster) => _cluster = cluster;

    /// <summary>State of an order. Status: 0 open, 1 in checkout, 2 paid.</summary>
    public sealed record Order(int Id, short Status, Guid Saga, string User, long Total, string[] Items, long[] Quantities);

    /// <summary>Creates the shop. Some items are scarce and some users poor, so that checkouts are rejected for both reasons all the time.</summary>
    public static async Task<ShopBooks> OpenAsync(FaultCluster cluster)
    {
        var (books, shop) = (new ShopBooks(cluster), cluster.Shop);
        await FaultRun.NoOpenSagaAsync(books); // of an earlier test: they would charge the new accounts
        await shop.PostAsync($"/stock/batch_init/{Items}/{Plenty}/{Price}");
        await shop.PostAsync($"/payment/batch_init/{Users}/{Plenty}");
        await shop.PostAsync($"/orders/batch_init/{Orders}/{Items}/{Users}/{Price}");
        await using (var ship = cluster.Orders.CreateCommand(ShipSql)) await ship.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        for (var item = 0; item < ScarceItems; item++) await shop.PostAsync($"/stock/subtract/{item}/{Plenty - Few}");
        for (var user = 0; user < PoorUsers; user++) await shop.PostAsync($"/payment/pay/{user}/{Plenty - Few}");
        for (var item = 0; item < Items; item++) books._stock[item] = (await shop.StockAsync($"{item}")).Stock;
        for (var user = 0; user < Users; user++) books._credit[user] = await shop.CreditAsync($"{user}");
        return books;
    }

    /// <summary>Number of open sagas.</summary>
    public async Task<long> OpenSagasAsync() => (await ReadAsync(_cluster.Orders, SagasSql, row => row.GetInt64(0))).Single();

    /// <summary>All orders in the database.</summary>
    public Task<List<Order>> ReadOrdersAsync() => ReadAsync(_cluster.Orders, OrdersSql, row => new Order(row.GetInt32(0), row.GetInt16(1), row.GetGuid(2),
        row.GetString(3), row.GetInt64(4), row.GetFieldValue<string[]>(5), row.GetFieldValue<long[]>(6)));

    /// <summary>All charges that are not refunded.</summary>
    public Task<List<(Guid Saga, string User, long Amount)>> ReadChargesAsync()
        => ReadAsync(_cluster.Payments, ChargesSql, row => (row.GetGuid(0), row.GetString(1), row.GetInt64(2)));

    /// <summary>Compares the stores with each other and returns their content. No saga may be open.</summary>
    public async Task<HistoryBooks> CloseAsync()
    {
        var orders = await ReadOrdersAsync();
        Assert.Equal(Orders, orders.Count);
        Assert.DoesNotContain(orders, order => order.Status == 1);
        var paid = orders.Where(order => order.Status == 2).ToList();
        await AssertChargedAndSoldAsync(paid);
        Assert.Equal("", string.Join('\n', await ReadAsync(_cluster.Orders, MiscountedSql, row => row.GetString(0))));

        var credit = new Dictionary<string, long>();
        for (var user = 0; user < Users; user++) credit[$"{user}"] = await _cluster.Shop.CreditAsync($"{user}");
        var stock = new Dictionary<string, Books>();
        for (var item = 0; item < Items; item++) stock[$"{item}"] = await _cluster.Shop.StockAsync($"{item}");
        return new([.. paid.Select(order => new PaidOrder($"{order.Id}", order.User, order.Total, order.Items, order.Quantities))], Numbered(_credit), credit,
            Numbered(_stock), stock.ToDictionary(one => one.Key, one => one.Value.Stock), stock.Values.Sum(books => books.Held));
    }

    /// <summary>Exactly these orders are charged, once and in full, and exactly their lines are sold.</summary>
    public async Task AssertChargedAndSoldAsync(IReadOnlyList<Order> paid)
    {
        var charges = await ReadChargesAsync();
        var owed = paid.Select(order => (order.Saga, order.User, order.Total)).ToList();
        Assert.Equal("", string.Join('\n', owed.Except(charges).Select(one => $"paid and not charged: {one}")
            .Concat(charges.Except(owed).Select(one => $"charged and not paid: {one}"))));
        for (var user = 0; user < Users; user++)
        {
            var spent = paid.Where(order => order.User == $"{user}").Sum(order => order.Total);
            Assert.Equal((user, _credit[user]), (user, await _cluster.Shop.CreditAsync($"{user}") + spent));
        }

        for (var item = 0; item < Items; item++)
        {
            var sold = paid.Sum(order => order.Items.Zip(order.Quantities).Where(line => line.First == $"{item}").Sum(line => line.Second));
            Assert.Equal((item, new Books(_stock[item] - sold, 0, sold)), (item, await _cluster.Shop.StockAsync($"{item}")));
        }
    }

    private static Dictionary<string, long> Numbered(long[] values) => values.Index().ToDictionary(one => $"{one.Index}", one => one.Item);

    private static async Task<List<T>> ReadAsync<T>(NpgsqlDataSource database, string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var command = database.CreateCommand(sql);
        await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        List<T> rows = [];
        while (await row.ReadAsync(TestContext.Current.CancellationToken)) rows.Add(read(row));
        return rows;
    }
}
