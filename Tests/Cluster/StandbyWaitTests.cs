using Npgsql;
using ServiceKit.Postgres;

namespace Tests.Cluster;

/// <summary>
/// A commit that waits for its standby in vain is never reported as done. With Npgsql's defaults it is: a timeout cancels the wait, and Postgres then commits.
/// </summary>
[Collection(Alone.Name), Trait("Category", "Cluster")]
public sealed class StandbyWaitTests(PostgresServer server) : IClassFixture<PostgresServer>, IAsyncLifetime
{
    private const int TimeoutSeconds = 1;

    private static readonly TimeSpan CancelAfter = TimeSpan.FromSeconds(1), WaitMax = TimeSpan.FromSeconds(10);

    private NpgsqlDataSource _database = null!, _administrator = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _administrator = NpgsqlDataSource.Create(server.ConnectionString);
        var builder = new NpgsqlDataSourceBuilder(server.ConnectionString);
        PostgresDataSource.Configure(builder);
        _database = builder.Build();
        await ExecuteAsync("DROP TABLE IF EXISTS waits; CREATE TABLE waits (id int PRIMARY KEY)");
        await SetStandbyAsync("nobody");
    }

    public async ValueTask DisposeAsync()
    {
        await SetStandbyAsync("");
        await _database.DisposeAsync();
        await _administrator.DisposeAsync();
    }

    [Theory]
    [InlineData("INSERT INTO waits VALUES (1)")]
    [InlineData("BEGIN; INSERT INTO waits VALUES (1); COMMIT")]
    public async Task A_commit_that_times_out_fails_and_stays_invisible(string sql)
    {
        await using var insert = _database.CreateCommand(sql);
        insert.CommandTimeout = TimeoutSeconds;
        var failure = await Assert.ThrowsAsync<NpgsqlException>(() => insert.ExecuteNonQueryAsync(Ct));
        Assert.IsType<TimeoutException>(failure.InnerException);
        await IsDoneOnlyWithStandbyAsync();
    }

    [Theory]
    [InlineData("INSERT INTO waits VALUES (1)")]
    [InlineData("BEGIN; INSERT INTO waits VALUES (1); COMMIT")]
    public async Task A_commit_whose_token_is_canceled_fails_and_stays_invisible(string sql)
    {
        await using var insert = _database.CreateCommand(sql);
        using var caller = new CancellationTokenSource(CancelAfter);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => insert.ExecuteNonQueryAsync(caller.Token));
        await IsDoneOnlyWithStandbyAsync();
    }

    [Fact]
    public async Task A_transaction_whose_commit_times_out_fails_and_stays_invisible()
    {
        await using (var connection = await _database.OpenConnectionAsync(Ct))
        {
            await using var transaction = await connection.BeginTransactionAsync(Ct);
            await using var insert = new NpgsqlCommand("INSERT INTO waits VALUES (1)", connection, transaction);
            await insert.ExecuteNonQueryAsync(Ct);
            await Assert.ThrowsAsync<NpgsqlException>(() => transaction.CommitAsync(CancellationToken.None));
        }
        await IsDoneOnlyWithStandbyAsync();
    }

    // The statement goes on waiting. Whether it is done is unknown to its caller until a standby answers.
    private async Task IsDoneOnlyWithStandbyAsync()
    {
        Assert.Equal(0L, await CountAsync());
        await SetStandbyAsync("");
        Assert.Equal(1L, await Eventually.UntilAsync(CountAsync, static count => count == 1, WaitMax));
    }

    private async Task<long> CountAsync()
    {
        await using var count = _administrator.CreateCommand("SELECT count(*) FROM waits");
        return (long)(await count.ExecuteScalarAsync(Ct))!;
    }

    private async Task SetStandbyAsync(string name)
    {
        await ExecuteAsync($"ALTER SYSTEM SET synchronous_standby_names = '{name}'");
        await ExecuteAsync("SELECT pg_reload_conf()");
        // The backends have the new value a moment later.
        await using var show = _administrator.CreateCommand("SHOW synchronous_standby_names");
        Assert.Equal(name, await Eventually.UntilAsync(async () => (string)(await show.ExecuteScalarAsync(Ct))!, text => text == name, WaitMax));
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _administrator.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
