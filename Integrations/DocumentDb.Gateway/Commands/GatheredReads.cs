using DocumentDb.Gateway.Engine;
using Npgsql;
using NpgsqlTypes;
using static DocumentDb.Gateway.Engine.EngineSession;

namespace DocumentDb.Gateway.Commands;

/// <summary>
/// Reads by id from one collection. While a statement is under way the next reads gather, and go together in the next statement: one at a time when little is
/// asked, and when much is asked a round trip is shared. There is no timer. Each client has one read here at most, so their number bounds the queue.
/// </summary>
/// <param name="engine">The engine.</param>
/// <param name="user">Who reads: a superuser, for whom all read alike.</param>
/// <param name="sql">Reads documents by their ids, see <see cref="Sql.FindByIds"/>.</param>
/// <param name="database">The collection's database.</param>
/// <param name="collection">The collection's name.</param>
internal sealed class GatheredReads(EngineClient engine, Identity user, string sql, string database, string collection)
{
    /// <summary>Statements under way at the same time, and documents of one: those may have 16 MB each.</summary>
    private const int LanesMax = 2, BatchMax = 64;

    private readonly Queue<Read> _waiting = [];
    private int _lanes;

    /// <summary>Reads a document; null if there is none.</summary>
    /// <param name="id">The id, as the document <c>{ "": id }</c>.</param>
    /// <exception cref="CommandException">The engine is away or too busy, or the collection has been dropped.</exception>
    public Task<byte[]?> ReadAsync(byte[] id)
    {
        var read = new Read(id);
        lock (_waiting)
        {
            _waiting.Enqueue(read);
            if (_lanes == LanesMax) return read.Task;
            _lanes++;
        }

        // Not here: a lane goes on long after this caller.
        ThreadPool.UnsafeQueueUserWorkItem(static self => _ = self.RunAsync(), this, preferLocal: false);
        return read.Task;
    }

    private async Task RunAsync()
    {
        while (Take() is { } batch)
        {
            try
            {
                await ReadAsync(batch);
                foreach (var read in batch) read.TrySetResult(null); // those that were not found
            }
            catch (Exception e)
            {
                foreach (var read in batch) read.TrySetException(e);
            }
        }
    }

    // Null: there is nothing to do, and the lane has ended.
    private Read[]? Take()
    {
        lock (_waiting)
        {
            if (_waiting.Count == 0)
            {
                _lanes--;
                return null;
            }

            var batch = new Read[Math.Min(_waiting.Count, BatchMax)];
            for (var i = 0; i < batch.Length; i++) batch[i] = _waiting.Dequeue();
            return batch;
        }
    }

    private async Task ReadAsync(Read[] batch)
    {
        await using var session = await engine.OpenAsync(user, CancellationToken.None); // has time limits of its own
        var ids = new NpgsqlParameter<byte[][]>
        {
            TypedValue = Array.ConvertAll(batch, static read => read.Id), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea,
        };
        await session.ReadRowsAsync(session.Command(sql, ids, Text(database), Text(collection)),
            row => batch[row.GetInt64(0) - 1].TrySetResult(row.GetFieldValue<byte[]>(1)));
    }

    private sealed class Read(byte[] id) : TaskCompletionSource<byte[]?>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public byte[] Id => id;
    }
}
