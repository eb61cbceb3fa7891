using System.Diagnostics;
using System.Globalization;

namespace Tests.Faults;

/// <summary>Open sagas that nobody can bring to an end, because what they ask for is malformed, among those that somebody can.</summary>
[Collection(SharedFaults.Name), Trait("Category", "Faults")]
public sealed class PoisonTests(FaultCluster cluster)
{
    private const int LimitMs = 180_000;

    // They have been taken over a few times, and so travel alone: with how many others they began would otherwise be a matter of chance.
    private const int EpochBefore = 3;

    private static readonly TimeSpan FaultTime = TimeSpan.FromSeconds(7), Lease = TimeSpan.FromSeconds(6);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = LimitMs)]
    public Task The_books_balance_beside_sagas_that_cannot_end() =>
        FaultRun.BalancesAsync(cluster, "sagas that cannot end, and kill -9 of 1 order-api", async _ =>
    {
        var clock = Stopwatch.StartNew();
        Guid[] poison = [await InsertAsync("no one", 1), await InsertAsync("0", 0), await InsertAsync("0", -1)];
        var gone = await InsertAsync("0", 1); // its order is gone: that alone can be undone
        try
        {
            // Others are to be taken over beside them.
            var instance = cluster.Instances("order-api", 1);
            cluster.Send(Signal.Kill, instance);
            await cluster.DeadAsync(instance);
            await cluster.StartAsync(instance[0]);
            await Task.Delay(FaultTime, Ct);
            await AssertNamedAsync(poison);
            var epochs = await ReadEpochsAsync([.. poison, gone]);
            Assert.Equal(poison.Order(), epochs.Keys.Order());
            Assert.All(epochs.Values, epoch => Assert.InRange(epoch - EpochBefore, 1, (clock.Elapsed / Lease) + 1));
        }
        finally
        {
            await using var delete = cluster.Orders.CreateCommand("DELETE FROM sagas WHERE id = ANY ($1)");
            delete.Parameters.AddWithValue(poison);
            await delete.ExecuteNonQueryAsync(Ct);
        }
    });

    /// <summary>Puts the saga of an order that is not there into the table.</summary>
    private async Task<Guid> InsertAsync(string user, long total)
    {
        var saga = Guid.CreateVersion7();
        await using var insert = cluster.Orders.CreateCommand(string.Create(CultureInfo.InvariantCulture, $"""
            INSERT INTO sagas (id, epoch, owner, lease_until, started_at, saga_ids, order_ids, user_ids, totals) VALUES ('{saga}', {EpochBefore}, '{saga}',
                now(), now() - interval '5 minutes', ARRAY['{saga}'::uuid], ARRAY['nowhere'], ARRAY['{user}'], ARRAY[{total}::bigint])
            """));
        await insert.ExecuteNonQueryAsync(Ct);
        return saga;
    }

    /// <summary>The reconciliation names them and no other.</summary>
    private async Task AssertNamedAsync(Guid[] poison)
    {
        const string Invariant = "sagas-end";
        var instance = cluster.Instances("order-api")[1];
        var rule = await cluster.InvariantAsync(instance, Invariant);
        Assert.Equal(poison.Order(), rule.GetProperty("samples").EnumerateArray().Select(sample => Guid.Parse(sample.GetProperty("id").GetString()!)).Order());
        await cluster.AssertViolationLoggedAsync(instance, Invariant);
    }

    private async Task<Dictionary<Guid, int>> ReadEpochsAsync(Guid[] sagas)
    {
        await using var command = cluster.Orders.CreateCommand("SELECT id, epoch FROM sagas WHERE id = ANY ($1)");
        command.Parameters.AddWithValue(sagas);
        await using var row = await command.ExecuteReaderAsync(Ct);
        var epochs = new Dictionary<Guid, int>();
        while (await row.ReadAsync(Ct)) epochs.Add(row.GetGuid(0), row.GetInt32(1));
        return epochs;
    }
}
