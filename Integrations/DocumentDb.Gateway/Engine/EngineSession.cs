using System.Data;
using System.Diagnostics;
using DocumentDb.Gateway.Bson;
using Npgsql;
using NpgsqlTypes;

namespace DocumentDb.Gateway.Engine;

/// <summary>
/// An engine connection for one command or one transaction. Dispose returns it to the pool and rolls back uncommitted changes. A write that succeeds after its
/// token was canceled, or after its time limit, counts as failed: the cancellation may have ended the engine's wait for its standby.
/// </summary>
internal sealed class EngineSession(EngineClient engine, NpgsqlConnection connection) : IAsyncDisposable
{
    private bool _isOpen;

    /// <summary>Whether a client's transaction holds this connection and decides when to commit.</summary>
    public bool IsTransaction { get; private set; }

    /// <summary>Creates a command; see <see cref="Text"/> and the methods after it for its parameters.</summary>
    public NpgsqlCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }

    public static NpgsqlParameter Text(string? value) => value is null
        ? new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = DBNull.Value } : new NpgsqlParameter<string> { TypedValue = value };

    /// <summary>Creates a parameter of bytes; empty bytes become NULL.</summary>
    public static NpgsqlParameter Bytes(ReadOnlyMemory<byte> value) => value.IsEmpty
        ? new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bytea, Value = DBNull.Value }
        : new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = value, NpgsqlDbType = NpgsqlDbType.Bytea };

    /// <summary>Begins a transaction that stays open until <see cref="EndAsync"/>.</summary>
    public async ValueTask BeginTransactionAsync(CancellationToken ct)
    {
        // A role that is not a superuser is already in a transaction; its isolation level can still be set.
        await RunAsync(_isOpen ? "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ" : "BEGIN ISOLATION LEVEL REPEATABLE READ", ct);
        _isOpen = IsTransaction = true;
    }

    internal async ValueTask BeginAsync(string sql, CancellationToken ct)
    {
        await RunAsync(sql, ct);
        _isOpen = true;
    }

    /// <summary>Makes this session's commands take effect together, at <see cref="CompleteAsync"/>.</summary>
    public ValueTask BeginUnlessOpenAsync(CancellationToken ct) => _isOpen ? default : BeginAsync("BEGIN", ct);

    /// <summary>Commits a command that ran under its user's role. Does nothing in a client's transaction.</summary>
    public ValueTask CompleteAsync(CancellationToken ct) => _isOpen && !IsTransaction ? EndAsync("COMMIT", ct) : default;

    public async ValueTask EndAsync(string how, CancellationToken ct)
    {
        await RunAsync(how, ct);
        _isOpen = false;
    }

    /// <summary>Runs a command that returns one row with a document in the first column, and appends the document to the reply.</summary>
    public async ValueTask<bool> ReadDocumentAsync(NpgsqlCommand command, BsonBuffer reply, CancellationToken ct)
    {
        var askedAt = Stopwatch.GetTimestamp();
        await using (command)
        {
            try
            {
                await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess | CommandBehavior.SingleRow, ct);
                var isFound = await reader.ReadAsync(ct) && await ReadBytesAsync(reader, 0, reply, ct);
                Confirm(command, askedAt, ct);
                return isFound;
            }
            catch (Exception e)
            {
                throw Translate(e);
            }
        }
    }

    /// <summary>Runs a command that returns one page of a cursor. Returns the state for the next page; null after the last page.</summary>
    public async ValueTask<(byte[] Continuation, long Id)?> ReadPageAsync(NpgsqlCommand command, BsonBuffer reply, CancellationToken ct)
    {
        await using (command)
        {
            try
            {
                await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SequentialAccess | CommandBehavior.SingleRow, ct);
                if (!await reader.ReadAsync(ct) || !await ReadBytesAsync(reader, 0, reply, ct))
                    throw new CommandException(ErrorCodes.InternalError, "The engine returned no page");
                if (await reader.IsDBNullAsync(1, ct)) return null;
                var continuation = await reader.GetFieldValueAsync<byte[]>(1, ct);
                return (continuation, reader.FieldCount > 2 ? await reader.GetFieldValueAsync<long>(2, ct) : 0);
            }
            catch (Exception e)
            {
                throw Translate(e);
            }
        }
    }

    /// <summary>Runs a command and calls the delegate for each row.</summary>
    public async ValueTask ReadRowsAsync(NpgsqlCommand command, Action<NpgsqlDataReader> row)
    {
        await using (command)
        {
            try
            {
                await using var reader = await command.ExecuteReaderAsync();
                while (await reader.ReadAsync()) row(reader);
            }
            catch (Exception e)
            {
                throw Translate(e);
            }
        }
    }

    /// <summary>Runs a command that returns at most one value.</summary>
    public async ValueTask<object?> ReadValueAsync(NpgsqlCommand command, CancellationToken ct)
    {
        var askedAt = Stopwatch.GetTimestamp();
        await using (command)
        {
            try
            {
                var value = await command.ExecuteScalarAsync(ct);
                Confirm(command, askedAt, ct);
                return value is DBNull ? null : value;
            }
            catch (Exception e)
            {
                throw Translate(e);
            }
        }
    }

    /// <summary>Runs a command that returns one row of two values.</summary>
    public async ValueTask<(T1 First, T2? Second)?> ReadPairAsync<T1, T2>(NpgsqlCommand command, CancellationToken ct)
    {
        await using (command)
        {
            try
            {
                await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, ct);
                if (!await reader.ReadAsync(ct)) return null;
                return (await reader.GetFieldValueAsync<T1>(0, ct), await reader.IsDBNullAsync(1, ct) ? default : await reader.GetFieldValueAsync<T2>(1, ct));
            }
            catch (Exception e)
            {
                throw Translate(e);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_isOpen) await EndAsync("ROLLBACK", CancellationToken.None);
        }
        catch (CommandException)
        {
            // The connection is broken, so the transaction is gone.
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }

    public async ValueTask RunAsync(string sql, CancellationToken ct)
    {
        var askedAt = Stopwatch.GetTimestamp();
        try
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(ct);
            Confirm(command, askedAt, ct);
        }
        catch (Exception e)
        {
            throw Translate(e);
        }
    }

    private static void Confirm(NpgsqlCommand command, long askedAt, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (Stopwatch.GetElapsedTime(askedAt).TotalSeconds >= command.CommandTimeout)
            throw new CommandException(ErrorCodes.MaxTimeExpired, "The command took too long; its outcome is unknown");
    }

    private Exception Translate(Exception e) => engine.Translate(e, IsTransaction);

    private static async ValueTask<bool> ReadBytesAsync(NpgsqlDataReader reader, int column, BsonBuffer reply, CancellationToken ct)
    {
        if (await reader.IsDBNullAsync(column, ct)) return false;
        var stream = await reader.GetStreamAsync(column, ct);
        await using (stream) await stream.ReadExactlyAsync(reply.Take((int)stream.Length), ct);
        return true;
    }
}
