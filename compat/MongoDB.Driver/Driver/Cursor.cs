using MongoDB.Bson;
using MongoDB.Bson.IO;
using MongoDB.Bson.Serialization;

namespace MongoDB.Driver;

/// <summary>A result that is already here, as one batch.</summary>
internal sealed class ListCursor<T>(List<T> items) : IAsyncCursor<T>
{
    private List<T>? _next = items;

    public IEnumerable<T> Current { get; private set; } = [];

    public Task<bool> MoveNextAsync(CancellationToken cancellationToken = default)
    {
        var moved = _next is not null;
        (Current, _next) = (_next ?? [], null);
        return Task.FromResult(moved);
    }

    public void Dispose() => _next = null;
}

/// <summary>A result that the server hands out in batches. All come from the server that had the first.</summary>
internal sealed class Cursor<T> : IAsyncCursor<T>
{
    private readonly Executor _executor;
    private readonly Server _server;
    private readonly string _database;
    private readonly string _collection;
    private readonly int? _batchSize;
    private List<T>? _first;
    private long _id;
    private bool _disposed;

    private Cursor(Executor executor, Server server, string database, Batch first, int? batchSize)
    {
        (_executor, _server, _database, _batchSize) = (executor, server, database, batchSize);
        (_first, _id) = (first.Documents, first.CursorId);
        // The name is the server's: listIndexes and the like have collections of their own.
        var dot = first.Namespace.IndexOf('.', StringComparison.Ordinal);
        _collection = dot < 0 ? first.Namespace : first.Namespace[(dot + 1)..];
    }

    public IEnumerable<T> Current { get; private set; } = [];

    public static async Task<IAsyncCursor<T>> OpenAsync(
        Executor executor, CommandMessage command, ReadPreference? preference, int? batchSize, CancellationToken cancellationToken)
    {
        var options = new ExecuteOptions { ReadPreference = preference, MayRetry = preference is not null };
        var (batch, server) = await executor.RunAsync(command, options, static (reader, server) => (ReadBatch(reader), server), cancellationToken)
            .ConfigureAwait(false);
        return batch.CursorId == 0 ? new ListCursor<T>(batch.Documents) : new Cursor<T>(executor, server, command.Database, batch, batchSize);
    }

    public async Task<bool> MoveNextAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_first is not null)
        {
            (Current, _first) = (_first, null);
            return true;
        }

        Current = [];
        if (_id == 0) return false;
        var command = new BsonDocument { { "getMore", _id }, { "collection", _collection } }.With("batchSize", _batchSize);
        var batch = await _executor.RunAsync(
            new CommandMessage(_database, command), new ExecuteOptions { Server = _server }, static (reader, _) => ReadBatch(reader), cancellationToken)
                .ConfigureAwait(false);
        (Current, _id) = (batch.Documents, batch.CursorId);
        return true;
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        if (_id == 0) return;
        var command = new BsonDocument { { "killCursors", _collection }, { "cursors", new BsonArray { _id } } };
        _ = KillAsync(new CommandMessage(_database, command));
    }

    // A kindness to the server, which would forget the cursor by itself: its failure is nobody's trouble.
    private async Task KillAsync(CommandMessage command)
    {
        try
        {
            await _executor.RunAsync(command, new ExecuteOptions { Server = _server }, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MongoException or TimeoutException or ObjectDisposedException or FormatException)
        {
        }
    }

    private static Batch ReadBatch(BsonBinaryReader reader)
    {
        Batch? batch = null;
        reader.ReadStartDocument();
        while (reader.ReadBsonType() != BsonType.EndOfDocument)
        {
            if (reader.CurrentBsonType == BsonType.Document && reader.NameUtf8.SequenceEqual("cursor"u8)) batch = ReadCursor(reader);
            else reader.SkipValue();
        }

        reader.ReadEndDocument();
        return batch ?? throw new FormatException("The server's answer has no cursor.");
    }

    private static Batch ReadCursor(BsonBinaryReader reader)
    {
        long id = 0;
        var name = "";
        var documents = new List<T>();
        reader.ReadStartDocument();
        while (reader.ReadBsonType() != BsonType.EndOfDocument)
        {
            var element = reader.NameUtf8;
            if (element.SequenceEqual("id"u8))
            {
                id = ScalarCodecs.ReadInt64(reader);
            }
            else if (element.SequenceEqual("ns"u8))
            {
                name = reader.ReadString();
            }
            else if (element.SequenceEqual("firstBatch"u8) || element.SequenceEqual("nextBatch"u8))
            {
                var codec = Codec<T>.Instance;
                reader.ReadStartArray();
                while (reader.ReadBsonType() != BsonType.EndOfDocument) documents.Add(codec.Read(reader));
                reader.ReadEndArray();
            }
            else
            {
                reader.SkipValue();
            }
        }

        reader.ReadEndDocument();
        return new Batch(id, name, documents);
    }

    private sealed record Batch(long CursorId, string Namespace, List<T> Documents);
}
