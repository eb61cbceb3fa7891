using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace Tests.Faults;

/// <summary>Open sagas that cannot complete, because of malformed requests or unknown outcomes, among others that can.</summary>
[Collection(SharedFaults.Name), Trait("Category", "Faults")]
public sealed class PoisonTests(FaultCluster cluster)
{
    private const int LimitMs = 180_000;

    private const short Cancelled = 5, Unknown = 9;

    // These sagas have been taken over a few times, so they are not batched with others; otherwise the batches would be random.
    private const int EpochBefore = 3;

    private static readonly TimeSpan FaultTime = TimeSpan.FromSeconds(7), Lease = TimeSpan.FromSeconds(6);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = LimitMs)]
    public Task The_books_balance_beside_sagas_that_cannot_end() =>
        FaultRun.BalancesAsync(cluster, "sagas that cannot end, and kill -9 of 1 order-api", async _ =>
    {
        var clock = Stopwatch.StartNew();
        var unknown = Guid.CreateVersion7();
        await WriteAsync(cluster.Payments, $"""
            ALTER TABLE entries DROP CONSTRAINT entries_status_check;
            INSERT INTO entries (id, account_id, kind, status, amount) VALUES ('{unknown}', '0', 3, {Unknown}, 1)
            """);
        var mate = Guid.CreateVersion7();
        Guid[] poison =
        [
            await InsertAsync("no one", 1), await InsertAsync("0", 0), await InsertAsync("0", -1, mate: mate), await InsertAsync("0", 1, unknown),
        ];
        var gone = await InsertAsync("0", 1); // its order is gone, so it can only be undone
        try
        {
            // Other sagas are to be taken over in the same run.
            var instance = cluster.Instances("order-api", 1);
            cluster.Send(Signal.Kill, instance);
            await cluster.DeadAsync(instance);
            await cluster.StartAsync(instance[0]);
            await Task.Delay(FaultTime, Ct);
            await AssertNamedAsync(poison);
            // The saga that started with a malformed one has completed. For the unknown one, neither money nor goods are given back.
            Assert.Equal([(mate, Cancelled), (unknown, Unknown)], await ReadEntriesAsync([.. poison, mate]));
            var epochs = await ReadEpochsAsync([.. poison, gone]);
            Assert.Equal(poison.Order(), epochs.Keys.Order());
            Assert.All(epochs.Values, epoch => Assert.InRange(epoch - EpochBefore, 1, (clock.Elapsed / Lease) + 1));
        }
        finally
        {
            await using var delete = cluster.Orders.CreateCommand("DELETE FROM sagas WHERE id = ANY ($1)");
            delete.Parameters.AddWithValue(poison);
            await delete.ExecuteNonQueryAsync(Ct);
            await WriteAsync(cluster.Payments, $"""
                DELETE FROM entries WHERE id = '{unknown}';
                ALTER TABLE entries ADD CONSTRAINT entries_status_check CHECK (status BETWEEN 1 AND 6)
                """);
        }
    });

    /// <summary>Inserts the saga of a missing order, and an intact one that started with it.</summary>
    private async Task<Guid> InsertAsync(string user, long total, Guid? id = null, Guid? mate = null)
    {
        var saga = id ?? Guid.CreateVersion7();
        var (sagas, orders, users, totals) = mate is null ? ("", "", "", "") : ($", '{mate}'", ", 'nowhere else'", ", '0'", ", 1");
        await WriteAsync(cluster.Orders, $"""
            INSERT INTO sagas (id, epoch, owner, lease_until, started_at, saga_ids, order_ids, user_ids, totals) VALUES ('{saga}', {EpochBefore}, '{saga}',
                now(), now() - interval '5 minutes', ARRAY['{saga}'{sagas}]::uuid[], ARRAY['nowhere'{orders}], ARRAY['{user}'{users}],
                ARRAY[{total}{totals}]::bigint[])
            """);
        return saga;
    }

    private static async Task WriteAsync(NpgsqlDataSource database, FormattableString sql)
    {
        await using var command = database.CreateCommand(sql.ToString(CultureInfo.InvariantCulture));
        await command.ExecuteNonQueryAsync(Ct);
    }

    private async Task<List<(Guid Saga, short Status)>> ReadEntriesAsync(Guid[] sagas)
    {
        await using var command = cluster.Payments.CreateCommand("SELECT id, status FROM entries WHERE id = ANY ($1) ORDER BY status");
        command.Parameters.AddWithValue(sagas);
        await using var row = await command.ExecuteReaderAsync(Ct);
        var entries = new List<(Guid, short)>();
        while (await row.ReadAsync(Ct)) entries.Add((row.GetGuid(0), row.GetInt16(1)));
        return entries;
    }

    /// <summary>The reconciliation reports exactly these sagas.</summary>
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
