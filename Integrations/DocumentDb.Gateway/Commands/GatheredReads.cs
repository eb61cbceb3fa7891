using DocumentDb.Gateway.Engine;
using Npgsql;
using NpgsqlTypes;
using static DocumentDb.Gateway.Engine.EngineSession;

namespace DocumentDb.Gateway.Commands;

/// <summary>
/// Reads documents of one collection by id. Reads that arrive while a statement is running share the next one. Under low load each read has its own statement;
/// under high load reads share a round trip. There is no timer. Each client has at most one read here, so the number of clients bounds the queue.
/// </summary>
/// <param name="engine">The engine client.</param>
/// <param name="user">The user, who must be a superuser: all superusers read the same.</param>
/// <param name="sql">The statement that reads documents by their ids, see <see cref="Sql.FindByIds"/>.</param>
internal sealed class GatheredReads(EngineClient engine, Identity user, string sql, string database, string collection)
{
    /// <summary>The maximum number of concurrent statements, and of documents in one: each may have 16 MB.</summary>
    private const int LanesMax = 2, BatchMax = 64;

    private readonly Queue<Read> _waiting = [];
    private int _lanes;

    /// <summary>Reads a document; null if it does not exist.</summary>
    /// <param name="id">The id, as the document <c>{ "": id }</c>.</param>
    /// <exception cref="CommandException">The engine is unavailable or too busy, or the collection was dropped.</exception>
    public Task<byte[]?> ReadAsync(byte[] id)
    {
        var read = new Read(id);
        lock (_waiting)
        {
            _waiting.Enqueue(read);
            if (_lanes == LanesMax) return read.Task;
            _lanes++;
        }

        // Not on this thread, because a lane runs long after this caller is done.
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
                foreach (var read in batch) read.TrySetResult(null); // those not found
            }
            catch (Exception e)
            {
                foreach (var read in batch) read.TrySetException(e);
            }
        }
    }

    // Null if nothing is waiting; the lane then ends.
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
        await using var session = await engine.OpenAsync(user, CancellationToken.None); // it has its own time limits
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
