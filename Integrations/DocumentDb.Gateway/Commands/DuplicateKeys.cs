using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Wire;
using Npgsql;
using static DocumentDb.Gateway.Engine.EngineSession;

namespace DocumentDb.Gateway.Commands;

/// <summary>
/// Gives errors of single documents MongoDB's codes, and duplicate keys MongoDB's text, <c>E11000 duplicate key error collection: db.coll index: name dup key:
/// { field: value }</c>, with keyPattern and keyValue. The engine only names the index, so its key is looked up, and the values come from the document.
/// </summary>
internal sealed partial class DuplicateKeys(EngineClient engine)
{
    private const string IndexMark = "Index '", ConstraintMark = "documents_rum_index_", PrimaryKeyMark = "collection_pk_";
    private const string Savepoint = "SAVEPOINT lookup", Undo = "ROLLBACK TO lookup";

    // The maximum number of documents to examine for the failed one after an update of many.
    private const int UpdatedMax = 10;

    /// <summary>Rewrites a reply's <c>writeErrors</c>. Returns the values of the duplicate key if there is exactly one.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ExplainAsync(CommandContext context, CancellationToken ct)
    {
        var errors = WriteErrors.Read(context.ReplyDocument);
        var statements = Statements(context.Request);
        Dictionary<string, byte[]?> keys = [];
        var found = new DuplicateKey?[errors.Count];
        for (var i = 0; i < errors.Count; i++)
        {
            if (IndexName(errors[i]) is not { } name) continue;
            if (!keys.TryGetValue(name, out var key)) keys[name] = key = await KeyAsync(context, name, ct);
            if (key is not null) found[i] = new(name, key, await ValuesAsync(context, key, statements.ElementAtOrDefault(errors[i].Index), ct));
        }
        Rewrite(context, errors, found);
        return found is [{ } only] ? only.Values : default;
    }

    /// <summary>Gets the duplicate key behind a findAndModify, which fails as a whole.</summary>
    public async ValueTask<CommandException> ExplainAsync(CommandContext context, CommandException e, CancellationToken ct)
    {
        if (e.InnerException is not PostgresException { ConstraintName: { } constraint, Detail: { } detail }) return e;
        if (constraint.StartsWith(PrimaryKeyMark, StringComparison.Ordinal))
            return Documents(detail) is [var id] ? PrimaryKey(id).ToException(context.Request.Namespace, e) : e;
        if (!constraint.StartsWith(ConstraintMark, StringComparison.Ordinal)
            || !int.TryParse(constraint.AsSpan(ConstraintMark.Length), CultureInfo.InvariantCulture, out var number)) return e;
        await using var session = await engine.OpenAsync(context.LoggedIn, ct); // a failed transaction accepts no more statements
        var index = await session.ReadPairAsync<string, byte[]>(session.Command(Sql.IndexById, new NpgsqlParameter<int> { TypedValue = number }), ct);
        await session.CompleteAsync(ct);
        return index is (var name, { } key) ? new DuplicateKey(name, key, Values(Documents(detail), key)).ToException(context.Request.Namespace, e) : e;
    }

    /// <summary>Gets the duplicate key that prevented an index build; without its values if the index was built online.</summary>
    public static CommandException ExplainIndex(CommandContext context, CommandException e)
    {
        var request = context.Request;
        var documents = e.InnerException is PostgresException { Detail: { } detail } ? Documents(detail) : [];
        var (found, count) = (default(DuplicateKey), 0);
        var view = new BsonView(request.Body.Span);
        var indexes = view.MoveTo("indexes"u8) && view.Type == BsonType.Array ? new BsonView(view.Value) : default;
        while (indexes.MoveNext())
        {
            var name = new BsonView(indexes.Value);
            var key = new BsonView(indexes.Value);
            if (!name.MoveTo("name"u8) || !key.MoveTo("key"u8) || (documents is [var built, ..] && !key.Value.SequenceEqual(built))) continue;
            (found, count) = (new(name.AsString() ?? "", key.Value.ToArray(), Values(documents, key.Value)), count + 1);
        }
        return count == 1 ? found.ToException(request.Namespace, e)
            : new CommandException(e.Code, $"E11000 duplicate key error collection: {request.Namespace}", e);
    }

    private async ValueTask<byte[]?> KeyAsync(CommandContext context, string index, CancellationToken ct)
    {
        await using var lease = await context.OpenAsync(engine, ct);
        var session = lease.Session;
        var found = await session.ReadPairAsync<string, byte[]>(
            session.Command(Sql.IndexByName, Text(context.Request.Database), Text(context.Request.Target), Text(index)), ct);
        return found?.Second;
    }

    /// <summary>Gets the values of a statement that were already in an index.</summary>
    private async ValueTask<byte[]> ValuesAsync(CommandContext context, byte[] key, ReadOnlyMemory<byte> statement, CancellationToken ct)
    {
        var isInsert = context.Request.Name == "insert";
        if (statement.IsEmpty) return [];
        if (isInsert && KeyValues.Of(statement.Span, key) is [var entry]) return entry;
        await using var lease = await context.OpenAsync(engine, ct);
        var session = lease.Session;
        if (!lease.IsOwned) await session.RunAsync(Savepoint, ct);
        try
        {
            var documents = isInsert ? [statement.ToArray()] : await UpdatedAsync(context.Request, session, statement, ct);
            foreach (var document in documents)
            {
                var entries = KeyValues.Of(document, key);
                if (documents.Count == 1 && entries.Count == 1) return entries[0];
                using var other = new BsonBuffer();
                if (await session.ReadDocumentAsync(session.Command(Sql.FindDocument, Text(context.Request.Database),
                    Bytes(FindOther(context.Request.Target, document, entries))), other, ct)) return KeyValues.Shared(entries, other.Written, key);
            }
            return documents.Count > 0 ? KeyValues.Of(documents[0], key)[0] : [];
        }
        catch (CommandException e) when (e.IsOfStatement)
        {
            return []; // such as an update with variables, which cannot run on its own
        }
        finally
        {
            if (!lease.IsOwned) await session.RunAsync(Undo, ct);
        }
    }

    /// <summary>Computes an update's result for the documents that it found, or for none.</summary>
    private static async ValueTask<List<byte[]>> UpdatedAsync(
        CommandRequest request, EngineSession session, ReadOnlyMemory<byte> statement, CancellationToken ct)
    {
        var (filter, update, arrayFilters) = (Wrapped(statement.Span, "q"u8), Wrapped(statement.Span, "u"u8), Wrapped(statement.Span, "arrayFilters"u8));
        List<byte[]> documents = [];
        if (filter.Length == 0) return documents;
        filter = filter[6..^1]; // the document itself
        await session.ReadRowsAsync(
            session.Command(Sql.UpdatedDocuments, Text(request.Database), Bytes(FindUpdated(request.Target, statement.Span)), Bytes(update), Bytes(filter),
                Bytes(arrayFilters)), row => documents.Add(row.GetFieldValue<byte[]>(0)));
        if (documents.Count > 0) return documents;
        using var upserted = new BsonBuffer();
        if (await session.ReadDocumentAsync(session.Command(Sql.UpsertedDocument, Bytes(update), Bytes(filter), Bytes(arrayFilters)), upserted, ct))
            documents.Add(upserted.Written.ToArray());
        return documents;
    }

    private static byte[] FindUpdated(string? collection, ReadOnlySpan<byte> statement)
    {
        using var find = new BsonBuffer();
        var start = find.Begin();
        find.String("find"u8, collection ?? "");
        var isMulti = false;
        var view = new BsonView(statement);
        while (view.MoveNext())
        {
            if (view.Name.SequenceEqual("q"u8)) find.Value("filter"u8, view.Type, view.Value);
            else if (view.Name.SequenceEqual("sort"u8)) find.Append(view.Element);
            else if (view.Name.SequenceEqual("multi"u8)) isMulti = view.IsTrue;
        }
        find.Int32("limit"u8, isMulti ? UpdatedMax : 1);
        find.End(start);
        return find.Written.ToArray();
    }

    // Another document with one of the entries.
    private static byte[] FindOther(string? collection, ReadOnlySpan<byte> document, List<byte[]> entries)
    {
        using var find = new BsonBuffer();
        var start = find.Begin();
        find.String("find"u8, collection ?? "");
        var filter = find.Begin("filter"u8);
        var id = new BsonView(document);
        if (id.MoveTo("_id"u8))
        {
            var not = find.Begin("_id"u8);
            find.Value("$ne"u8, id.Type, id.Value);
            find.End(not);
        }
        var any = find.Begin("$or"u8, BsonType.Array);
        for (var i = 0; i < entries.Count; i++) find.Value(Encoding.ASCII.GetBytes(i.ToString(CultureInfo.InvariantCulture)), BsonType.Document, entries[i]);
        find.End(any);
        find.End(filter);
        find.Int32("limit"u8, 1);
        find.End(start);
        return find.Written.ToArray();
    }

    private static string? IndexName(WriteError error)
    {
        if (ErrorCodes.Of(error.State) != ErrorCodes.DuplicateKey) return null;
        var start = error.Message.IndexOf(IndexMark, StringComparison.Ordinal);
        return start < 0 || !error.Message.EndsWith('\'') ? null : error.Message[(start + IndexMark.Length)..^1];
    }

    private static void Rewrite(CommandContext context, List<WriteError> errors, DuplicateKey?[] found)
    {
        using var before = new BsonBuffer(context.ReplyDocument.Length);
        before.Append(context.ReplyDocument);
        context.ClearReply();
        var reply = context.Reply;
        var document = reply.Begin();
        var view = new BsonView(before.Written);
        while (view.MoveNext())
            if (!view.Name.SequenceEqual("writeErrors"u8)) reply.Append(view.Element);
        var array = reply.Begin("writeErrors"u8, BsonType.Array);
        for (var i = 0; i < errors.Count; i++)
        {
            var error = errors[i];
            var entry = reply.Begin(Encoding.ASCII.GetBytes(i.ToString(CultureInfo.InvariantCulture)));
            reply.Int32("index"u8, error.Index);
            reply.Int32("code"u8, ErrorCodes.Of(error.State, context.Transaction is not null));
            reply.String("errmsg"u8, found[i]?.Write(reply, context.Request.Namespace) ?? error.Message);
            reply.End(entry);
        }
        reply.End(array);
        reply.End(document);
    }

    // The error's detail contains, twice, the index's key, a document, and the document's values in the engine's own format.
    private static byte[] Values(List<byte[]> documents, ReadOnlySpan<byte> key)
        => documents is [_, var document, _, _, var other, _] ? KeyValues.Shared(KeyValues.Of(document, key), other, key) : [];

    private static DuplicateKey PrimaryKey(ReadOnlySpan<byte> id)
    {
        using var buffer = new BsonBuffer();
        var start = buffer.Begin();
        buffer.Int32("_id"u8, 1);
        buffer.End(start);
        var key = buffer.Written.ToArray();
        buffer.Reset(0);
        start = buffer.Begin();
        var view = new BsonView(id);
        view.MoveNext();
        buffer.Value("_id"u8, view.Type, view.Value);
        buffer.End(start);
        return new("_id_", key, buffer.Written.ToArray());
    }

    private static List<byte[]> Documents(string detail)
        => [.. DocumentText().Matches(detail).Select(static match => Convert.FromHexString(match.Groups[1].ValueSpan))];

    // Wraps an argument as the only, unnamed element of a document; empty if the argument is missing.
    private static byte[] Wrapped(ReadOnlySpan<byte> statement, ReadOnlySpan<byte> name)
    {
        var view = new BsonView(statement);
        if (!view.MoveTo(name)) return [];
        using var buffer = new BsonBuffer();
        var start = buffer.Begin();
        buffer.Value(""u8, view.Type, view.Value);
        buffer.End(start);
        return buffer.Written.ToArray();
    }

    // The documents of an insert, or the statements of an update.
    private static List<ReadOnlyMemory<byte>> Statements(CommandRequest request)
    {
        List<ReadOnlyMemory<byte>> statements = [];
        for (var rest = request.Sequence; rest.Length > 0; rest = rest[statements[^1].Length..])
            statements.Add(rest[..BinaryPrimitives.ReadInt32LittleEndian(rest.Span)]);
        if (statements.Count > 0) return statements;
        var view = new BsonView(request.Body.Span);
        while (view.MoveNext())
        {
            if (view.Type != BsonType.Array || !(view.Name.SequenceEqual("documents"u8) || view.Name.SequenceEqual("updates"u8))) continue;
            var entries = new BsonView(view.Value);
            while (entries.MoveNext())
                if (entries.Type == BsonType.Document) statements.Add(request.Body.Slice(view.ValueOffset + entries.ValueOffset, entries.Value.Length));
        }
        return statements;
    }

    [GeneratedRegex("BSONHEX([0-9a-fA-F]+)")]
    private static partial Regex DocumentText();
}
