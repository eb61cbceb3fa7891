using Aspire.Hosting.Testing;
using Npgsql;
using StackExchange.Redis;
using Tests.Cluster;

namespace Tests.Faults;

/// <summary>Stores that run but do not execute commands.</summary>
[Collection(SharedFaults.Name), Trait("Category", "Faults")]
public sealed class StoreFaultTests(FaultCluster cluster)
{
    private const int LimitMs = 180_000, ConnectionsMax = 2_000;

    private static readonly TimeSpan FaultTime = TimeSpan.FromSeconds(7), Pause = TimeSpan.FromMilliseconds(100);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Connections are terminated during commits too, whose outcome is then queried again.</summary>
    [Fact(Timeout = LimitMs)]
    public Task The_books_balance_while_Postgres_ends_its_connections() =>
        FaultRun.BalancesAsync(cluster, "Postgres ends all connections, every 0.1 s", async _ =>
    {
        for (var end = DateTime.UtcNow + FaultTime; DateTime.UtcNow < end; await Task.Delay(Pause, Ct))
        {
            await using var terminate = cluster.Orders.CreateCommand(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ('orders', 'payments') AND pid <> pg_backend_pid()");
            await terminate.ExecuteNonQueryAsync(Ct);
        }
    });

    /// <summary>Order.Api and Payment.Api restart while Postgres accepts no connections.</summary>
    [Fact(Timeout = LimitMs)]
    public Task The_books_balance_when_Postgres_has_no_connection_left() => FaultRun.BalancesAsync(cluster, "Postgres has no connection left", async _ =>
    {
        List<NpgsqlConnection> taken = [];
        try
        {
            await TakeAllAsync(taken);
            var instances = cluster.Instances("order-api").Concat(cluster.Instances("payment-api")).ToList();
            cluster.Send(Signal.Kill, instances);
            await cluster.DeadAsync(instances);
            await TakeAllAsync(taken); // connections of the two services
            foreach (var instance in instances) await cluster.StartAsync(instance);
            await Task.Delay(FaultTime, Ct);
        }
        finally
        {
            foreach (var connection in taken) await connection.DisposeAsync();
        }
    });

    /// <summary>A session leaves a transaction open. Postgres terminates it automatically.</summary>
    [Theory(Timeout = LimitMs)]
    [InlineData("accounts")]
    [InlineData("sagas")]
    public Task The_books_balance_after_a_forgotten_transaction(string table) =>
        FaultRun.BalancesAsync(cluster, $"a transaction holds {table} and stands still", async _ =>
    {
        await using var connection = await (table == "accounts" ? cluster.Payments : cluster.Orders).OpenConnectionAsync(Ct);
        await using (var hold = new NpgsqlCommand($"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", connection)) await hold.ExecuteNonQueryAsync(Ct);
        await Task.Delay(FaultTime, Ct);
    });

    [Fact(Timeout = LimitMs)]
    public Task The_books_balance_while_Redis_ends_its_connections() => FaultRun.BalancesAsync(cluster, "Redis ends all connections, every 0.1 s", async _ =>
    {
        using var redis = await RedisAsync();
        for (var end = DateTime.UtcNow + FaultTime; DateTime.UtcNow < end; await Task.Delay(Pause, Ct))
            await redis.GetDatabase().ExecuteAsync("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    });

    [Fact(Timeout = LimitMs)]
    public Task The_books_balance_while_Redis_is_out_of_memory() => FaultRun.BalancesAsync(cluster, "Redis is out of memory", async _ =>
    {
        using var redis = await RedisAsync();
        var server = redis.GetServer(redis.GetEndPoints()[0]);
        var limit = (await server.ConfigGetAsync("maxmemory")).Single().Value;
        await server.ConfigSetAsync("maxmemory", 1);
        await Task.Delay(FaultTime, Ct);
        await server.ConfigSetAsync("maxmemory", limit);
    });

    private async Task<ConnectionMultiplexer> RedisAsync()
        => await ConnectionMultiplexer.ConnectAsync(await cluster.Cluster.App.GetConnectionStringAsync("redis", Ct) + ",allowAdmin=true");

    private async Task TakeAllAsync(List<NpgsqlConnection> taken)
    {
        try
        {
            while (taken.Count < ConnectionsMax) taken.Add(await cluster.Orders.OpenConnectionAsync(Ct));
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            return;
        }
        Assert.Fail($"Postgres takes {ConnectionsMax} connections.");
    }
}
