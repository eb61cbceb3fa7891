using Microsoft.Extensions.Options;
using Npgsql;

namespace DocumentDb.Gateway.Engine;

/// <summary>The engine: PostgreSQL with the DocumentDB extension.</summary>
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
            MaxAutoPrepare = PreparedMax, AutoPrepareMinUsages = PrepareUsages, NoResetOnClose = true, Enlist = false, ApplicationName = "documentdb-gateway",
            IncludeErrorDetail = true, // the documents of a duplicate key, see DuplicateKeys; clients see only what that makes of it
            // Sorted and aggregated cursors in files: otherwise each of them would keep a connection to itself. Concurrent writes of one unique key are often a
            // deadlock, which then is found soon.
            Options = "-c client_min_messages=warning -c documentdb.useFileBasedPersistedCursors=on -c deadlock_timeout=50ms",
        };
        connection.Database ??= "postgres";
        var builder = new NpgsqlDataSourceBuilder(connection.ConnectionString);
        // One span a command is the gateway's own; the engine's would say the same once more.
        builder.ConfigureTracing(tracing => tracing.ConfigureCommandFilter(_ => false));
        _source = builder.Build();
    }

    /// <summary>Gets a connection for one command, under the role of the user.</summary>
    /// <exception cref="CommandException">The engine is away or too busy.</exception>
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

    /// <summary>What a failure of the engine means to the client.</summary>
    public Exception Translate(Exception e, bool isInTransaction = false)
    {
        switch (e)
        {
            case PostgresException { SqlState: var state } p:
                if (state.StartsWith("57P", StringComparison.Ordinal)) Forget();
                return new CommandException(ErrorCodes.Of(state, isInTransaction), p.MessageText, e);
            case NpgsqlException { InnerException: TimeoutException }:
                return new CommandException(ErrorCodes.ExceededTimeLimit, "The engine is too busy: no connection to it became free in time", e);
            case NpgsqlException or System.Net.Sockets.SocketException or IOException:
                Forget();
                // Drivers take the code for a server that is going away: they wait for it, and send again what can be sent again.
                return new CommandException(ErrorCodes.ShutdownInProgress, "The engine is away", e);
            default:
                return e;
        }
    }

    /// <summary>Deletes the outcomes of retryable writes that no driver asks for any more.</summary>
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

    internal static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Idle connections lead to an engine that has gone: each of them would fail once more.</summary>
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
