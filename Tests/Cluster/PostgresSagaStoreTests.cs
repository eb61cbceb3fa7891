extern alias OrderApi;

using Aspire.Hosting.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrderApi::Order.Api.Checkout;
using OrderApi::Order.Api.Checkout.Participants;
using OrderApi::Order.Api.Checkout.Saga;
using OrderApi::Order.Api.Checkout.Store;
using OrderApi::Order.Api.Orders;
using ServiceKit.Postgres;
using Tests.Unit.Checkout;

namespace Tests.Cluster;

/// <summary>The PostgreSQL saga store fulfils the contract of <see cref="ISagaStore"/>.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class PostgresSagaStoreTests(ClusterFixture cluster) : SagaStoreContract, IAsyncLifetime
{
    private const string Database = "saga_store";

    private NpgsqlDataSource _database = null!;
    private PostgresSagaStore _store = null!, _other = null!;

    internal override ISagaStore Store => _store;

    internal override ISagaStore Other => _other;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var server = (await cluster.Cluster.App.GetConnectionStringAsync("postgres", Ct))!;
        await using (var postgres = NpgsqlDataSource.Create(server))
        {
            await using var drop = postgres.CreateCommand($"DROP DATABASE IF EXISTS {Database} WITH (FORCE)");
            await drop.ExecuteNonQueryAsync(Ct);
            await using var create = postgres.CreateCommand($"CREATE DATABASE {Database}");
            await create.ExecuteNonQueryAsync(Ct);
        }

        var builder = new NpgsqlDataSourceBuilder(server);
        PostgresLimits.Set(builder.ConnectionStringBuilder);
        builder.ConnectionStringBuilder.Database = Database;
        _database = builder.Build();
        await ExecuteAsync(OrderSchema.Script);
        (_store, _other) = (NewStore(), NewStore());
    }

    public async ValueTask DisposeAsync() => await _database.DisposeAsync();

    /// <summary>Another replica has just selected the saga and has not committed yet.</summary>
    [Fact]
    public async Task Batches_that_another_replica_is_adopting_are_skipped_without_waiting()
    {
        await PutAsync("1", "ann", [new("apple", 1)], 5);
        await PutAsync("2", "ann", [new("apple", 1)], 5);
        var (first, second) = (await BeginAsync("1"), await BeginAsync("2"));
        await PassAsync(SagaLimits.Lease);
        await using var connection = await _database.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using var adopt = new NpgsqlCommand("UPDATE sagas SET epoch = epoch + 1 WHERE id = $1", connection, transaction);
        adopt.Parameters.AddWithValue(first.Batch.Id);
        await adopt.ExecuteNonQueryAsync(Ct);
        Assert.Equal(second.Batch.Id, Assert.Single(await Store.AdoptAsync(9, 0)).Batch.Id);
    }

    /// <summary>A later version may store an unknown status. Other sagas must not wait for a version that knows it.</summary>
    [Fact]
    public async Task An_order_with_an_unknown_status_blocks_no_other()
    {
        foreach (var id in (string[])["1", "2"]) await PutAsync(id, "ann", [new("apple", 1)], 5);
        CheckoutCall[] calls = [await CallAsync("1"), await CallAsync("2")];
        await Store.TurnAsync(new([], [], calls, Guid.CreateVersion7()));
        await ExecuteAsync("ALTER TABLE orders DROP CONSTRAINT orders_status_check; UPDATE orders SET status = 3 WHERE id = '1'");
        await PassAsync(SagaLimits.PivotAgeMax);
        var adopted = Assert.Single(await Store.AdoptAsync(9, 0)).Sagas.ToDictionary(static saga => saga.OrderId, static saga => saga.State.Step);
        Assert.Equal((SagaStep.Fenced, SagaStep.Refund), (adopted["1"], adopted["2"]));
        var unread = await Assert.ThrowsAsync<InvalidDataException>(() => Store.FindOutcomeAsync("1", calls[0].SagaId));
        Assert.Contains("status contains 3", unread.Message, StringComparison.Ordinal);
        Assert.Equal((OrderStatus)3, Assert.Single((await Store.TurnAsync(new([], [], [await CallAsync("1")], Guid.CreateVersion7()))).Begun).Order);
    }

    internal override async Task PutAsync(string id, string user, ReservationLine[] lines, long total)
    {
        await RemoveAsync(id);
        await using var command = _database.CreateCommand(
            "INSERT INTO orders (id, user_id, item_ids, quantities, costs, total_cost) VALUES ($1, $2, $3, $4, $4, $5)");
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(user);
        command.Parameters.AddWithValue(Array.ConvertAll(lines, static line => line.Item));
        command.Parameters.AddWithValue(Array.ConvertAll(lines, static line => line.Quantity));
        command.Parameters.AddWithValue(total);
        await command.ExecuteNonQueryAsync(Ct);
    }

    internal override async Task RemoveAsync(string id)
    {
        await using var command = _database.CreateCommand("DELETE FROM orders WHERE id = $1");
        command.Parameters.AddWithValue(id);
        await command.ExecuteNonQueryAsync(Ct);
    }

    internal override async Task<(OrderStatus Status, Guid? Saga, Refusal Refusal)> ReadAsync(string id)
    {
        await using var command = _database.CreateCommand("SELECT status, saga_id, refusal FROM orders WHERE id = $1");
        command.Parameters.AddWithValue(id);
        await using var row = await command.ExecuteReaderAsync(Ct);
        Assert.True(await row.ReadAsync(Ct));
        return ((OrderStatus)row.GetInt16(0), row.GetValue(1) as Guid?, (Refusal)row.GetInt16(2));
    }

    // The server's clock cannot be changed, so the stored timestamps are.
    protected override async Task PassAsync(TimeSpan time)
    {
        await using var command = _database.CreateCommand("UPDATE sagas SET lease_until = lease_until - $1, started_at = started_at - $1");
        command.Parameters.AddWithValue(time);
        await command.ExecuteNonQueryAsync(Ct);
    }

    private PostgresSagaStore NewStore() => new(_database, TimeProvider.System, NullLogger<PostgresSagaStore>.Instance);

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
