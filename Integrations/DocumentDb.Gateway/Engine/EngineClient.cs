using Microsoft.Extensions.Options;
using Npgsql;

namespace DocumentDb.Gateway.Engine;

/// <summary>Connects to the engine: PostgreSQL with the DocumentDB extension.</summary>
internal sealed class EngineClient : IAsyncDisposable
{
    private const int PrepareUsages = 2, PreparedMax = 64;
    private readonly NpgsqlDataSource _source;
    private readonly SemaphoreSlim _setup = new(1, 1);
    private readonly GatewayOptions _options;
    private volatile bool _isSetUp;

    public EngineClient(IOptions<GatewayOptions> options)
    {
        _options = options.Value;
        var connection = new NpgsqlConnectionStringBuilder(_options.Engine)
        {
            MaxPoolSize = _options.EngineConnectionsMax, Timeout = (int)_options.EngineWait.TotalSeconds,
            CommandTimeout = (int)_options.CommandTime.TotalSeconds,
            // Postgres reports a canceled commit that waits for its standby as done. With -1 a command that was canceled never succeeds.
            CancellationTimeout = -1,
            MaxAutoPrepare = PreparedMax, AutoPrepareMinUsages = PrepareUsages, NoResetOnClose = true, Enlist = false, ApplicationName = "documentdb-gateway",
            IncludeErrorDetail = true, // the documents of a duplicate key; clients only see the text from DuplicateKeys
            // Sorted and aggregated cursors use files; otherwise each would hold its own connection. Concurrent writes of one unique key often deadlock, and
            // this way the deadlock is found soon.
            Options = "-c client_min_messages=warning -c documentdb.useFileBasedPersistedCursors=on -c deadlock_timeout=50ms",
        };
        connection.Database ??= "postgres";
        if (connection.Host?.Contains(',', StringComparison.Ordinal) == true) FollowPrimary(connection);
        var builder = new NpgsqlDataSourceBuilder(connection.ConnectionString);
        // The gateway has one span for each command; the engine's would repeat it.
        builder.ConfigureTracing(tracing => tracing.ConfigureCommandFilter(_ => false));
        _source = builder.Build();
    }

    /// <summary>Opens a connection for one command, under the user's role.</summary>
    /// <exception cref="CommandException">The engine is unavailable or too busy.</exception>
    public async ValueTask<EngineSession> OpenAsync(Identity user, CancellationToken ct)
    {
        NpgsqlConnection? connection = null;
        try
        {
            if (!_isSetUp) await SetUpAsync(ct);
            connection = await _source.OpenConnectionAsync(ct);
            var session = new EngineSession(this, connection);
            if (!user.IsSuperuser) await session.BeginAsync($"BEGIN; SET LOCAL ROLE {Identifier(user.User)}", ct);
            return session;
        }
        catch (Exception e)
        {
            if (connection is not null) await connection.DisposeAsync();
            throw Translate(e);
        }
    }

    /// <summary>Translates a failure of the engine for the client.</summary>
    public Exception Translate(Exception e, bool isInTransaction = false)
    {
        switch (e)
        {
            case PostgresException { SqlState: var state } p:
                if (state.StartsWith("57P", StringComparison.Ordinal)) Forget();
                return new CommandException(ErrorCodes.Of(state, isInTransaction), p.MessageText, e);
            case NpgsqlException { InnerException: TimeoutException }:
                return new CommandException(ErrorCodes.ExceededTimeLimit, "The engine is too busy: no connection became free in time", e);
            case NpgsqlException or System.Net.Sockets.SocketException or IOException:
                Forget();
                // Drivers treat this code as a server that is shutting down: they wait for it, and retry what can be retried.
                return new CommandException(ErrorCodes.ShutdownInProgress, "The engine is unavailable", e);
            default:
                return e;
        }
    }

    /// <summary>Deletes outcomes of retryable writes that drivers no longer need.</summary>
    public async Task PruneAsync(TimeSpan age, CancellationToken ct)
    {
        try
        {
            if (!_isSetUp) await SetUpAsync(ct);
            await using var command = _source.CreateCommand(Sql.Prune);
            command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = age });
            await command.ExecuteNonQueryAsync(ct);
        }
        catch (Exception e) when (e is NpgsqlException or IOException or System.Net.Sockets.SocketException)
        {
            throw Translate(e);
        }
    }

    public ValueTask DisposeAsync()
    {
        _setup.Dispose();
        return _source.DisposeAsync();
    }

    // A machine without power does not refuse connections, and Npgsql asks the hosts in order: waits for one that is gone have to be short, and remembered. A
    // negative Cancellation Timeout would prevent that; EngineSession fails commands that were canceled.
    private static void FollowPrimary(NpgsqlConnectionStringBuilder connection)
    {
        connection.TargetSessionAttributes = "primary";
        (connection.Timeout, connection.HostRecheckSeconds, connection.CancellationTimeout) = (1, 5, 1); // s, s, ms
    }

    internal static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Clears idle connections to an engine that is gone, because each of them would fail once.</summary>
    private void Forget()
    {
        _isSetUp = false;
        _source.Clear();
    }

    private async Task SetUpAsync(CancellationToken ct)
    {
        await _setup.WaitAsync(ct);
        try
        {
            if (_isSetUp) return;
            await using var command = _source.CreateCommand(Sql.SetUp);
            await command.ExecuteNonQueryAsync(ct);
            _isSetUp = true;
        }
        finally
        {
            _setup.Release();
        }
    }
}
