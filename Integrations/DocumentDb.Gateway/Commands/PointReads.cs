using System.Collections.Concurrent;
using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Wire;
using Npgsql;
using static DocumentDb.Gateway.Engine.EngineSession;

namespace DocumentDb.Gateway.Commands;

/// <summary>
/// Finds one document by its id, the most common read, directly in the collection's table by its primary key. The statement stays prepared, and concurrent
/// reads share it, while the engine's own find plans each time. Unusual finds, and those without a result here, go to the engine's find.
/// </summary>
internal sealed class PointReads(EngineClient engine)
{
    private const int CollectionsMax = 1_000;

    private static readonly TimeSpan Miss = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(string Database, string Collection), Table> _tables = [];

    /// <summary>Writes the reply. Returns false if nothing was written and the engine's find must run.</summary>
    public async ValueTask<bool> TryReadAsync(CommandContext context, CancellationToken ct)
    {
        var request = context.Request;
        // Only superusers may read the tables, and a failure here would end a transaction.
        if (!context.LoggedIn.IsSuperuser || request.IsInTransaction || request.Target is not { } collection || Id(request) is not { } id) return false;
        if (await FindTableAsync(context.LoggedIn, request.Database, collection, ct) is not { } reads) return false;
        byte[]? document;
        try
        {
            document = await reads.ReadAsync(id).WaitAsync(ct);
        }
        catch (CommandException e) when (e.Code == ErrorCodes.NamespaceNotFound)
        {
            _tables.TryRemove((request.Database, collection), out _); // dropped
            return false;
        }

        if (document is null) return false;
        var reply = context.Reply;
        var start = reply.Begin();
        var cursor = reply.Begin("cursor"u8);
        var batch = reply.Begin("firstBatch"u8, BsonType.Array);
        reply.Append("\u00030\0"u8); // the array's element "0", a document
        reply.Append(document);
        reply.End(batch);
        reply.Int64("id"u8, 0);
        reply.String("ns"u8, request.Namespace);
        reply.End(cursor);
        reply.Double("ok"u8, 1);
        reply.End(start);
        return true;
    }

    /// <summary>Gets the id of a find in the engine's form, if the find has no other condition or option.</summary>
    internal static byte[]? Id(CommandRequest request)
    {
        var (filter, isPlain) = (default(ReadOnlyMemory<byte>), true);
        var view = new BsonView(request.Body.Span);
        view.MoveNext(); // find
        while (isPlain && view.MoveNext())
        {
            var name = view.Name;
            if (name.SequenceEqual("filter"u8)) filter = request.Body.Slice(view.ValueOffset, view.Value.Length);
            else if (name.SequenceEqual("limit"u8)) isPlain = view.AsInt64() is >= 0;
            else if (name.SequenceEqual("batchSize"u8)) isPlain = view.AsInt64() is > 0;
            else isPlain = name.SequenceEqual("singleBatch"u8) || name.SequenceEqual("lsid"u8) || name.SequenceEqual("$db"u8)
                || name.SequenceEqual("$readPreference"u8) || name.SequenceEqual("$clusterTime"u8);
        }

        if (!isPlain || filter.IsEmpty) return null;
        var inner = new BsonView(filter.Span);
        if (!inner.MoveNext() || !inner.Name.SequenceEqual("_id"u8)) return null;
        if (inner.Type is not (BsonType.String or BsonType.ObjectId or BsonType.Int32 or BsonType.Int64)) return null;
        using var id = new BsonBuffer();
        var start = id.Begin();
        id.Value(""u8, inner.Type, inner.Value);
        id.End(start);
        return inner.MoveNext() || inner.IsMalformed ? null : id.Written.ToArray();
    }

    // Null if the collection does not have its own table.
    private async ValueTask<GatheredReads?> FindTableAsync(Identity user, string database, string collection, CancellationToken ct)
    {
        var key = (database, collection);
        if (_tables.TryGetValue(key, out var known) && (known.Reads is not null || Environment.TickCount64 - known.At < Miss.TotalMilliseconds))
            return known.Reads;
        await using var session = await engine.OpenAsync(user, ct);
        var number = (long?)await session.ReadValueAsync(session.Command(Sql.FindTable, Text(database), Text(collection)), ct);
        var table = new Table(number is { } id ? new GatheredReads(engine, user, Sql.FindByIds(id), database, collection) : null, Environment.TickCount64);
        if (_tables.Count >= CollectionsMax) _tables.Clear();
        _tables[key] = table;
        return table.Reads;
    }

    private readonly record struct Table(GatheredReads? Reads, long At);
}
