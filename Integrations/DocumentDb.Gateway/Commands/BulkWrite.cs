using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Wire;

namespace DocumentDb.Gateway.Commands;

/// <summary>One bulkWrite command: its operations as commands of the engine, and their results.</summary>
internal sealed class BulkWrite : IDisposable
{
    private readonly List<(string Database, string Collection)> _collections = [];

    // For an insert only the document, for the others the whole operation.
    private readonly List<(int Index, string Name, int Collection, ReadOnlyMemory<byte> Document)> _operations = [];
    private readonly BsonBuffer _shared = new(), _body = new(), _statements = new(), _results = new();
    private readonly bool _errorsOnly;
    private int _resultCount, _inserted, _matched, _modified, _upserted, _deleted;

    /// <exception cref="CommandException">The command is not valid.</exception>
    public BulkWrite(CommandRequest request)
    {
        if (request.Database != "admin") throw new CommandException(ErrorCodes.Unauthorized, "bulkWrite may only be run against the admin database.");
        var view = new BsonView(request.Body.Span);
        view.MoveNext(); // bulkWrite
        while (view.MoveNext())
        {
            switch (Encoding.UTF8.GetString(view.Name))
            {
                case "ordered": IsOrdered = view.IsTrue; break;
                case "errorsOnly": _errorsOnly = view.IsTrue; break;
                case "let" or "bypassDocumentValidation" or "maxTimeMS": _shared.Append(view.Element); break;
                case "ops" or "nsInfo" or "cursor" or "comment" or "lsid" or "txnNumber" or "startTransaction" or "autocommit" or "readConcern"
                    or "writeConcern" or "apiVersion" or "apiStrict" or "apiDeprecationErrors" or ['$', ..]:
                    break;
                case var field: throw new CommandException(ErrorCodes.UnknownField, $"BSON field 'bulkWrite.{field}' is an unknown field.");
            }
        }
        foreach (var collection in Documents(request, "nsInfo"u8)) AddCollection(collection.Span);
        foreach (var operation in Documents(request, "ops"u8)) AddOperation(operation);
        // Unordered operations are grouped by collection, so that there are few commands; within a collection they keep their order.
        if (!IsOrdered) _operations = [.. _operations.OrderBy(static operation => operation.Collection)];
        if (Count is 0 or > ServerCommands.WriteBatchMax)
            throw new CommandException(ErrorCodes.InvalidLength,
                $"Write batch sizes must be between 1 and {ServerCommands.WriteBatchMax}. Got {Count} operations.");
    }

    public int Count => _operations.Count;

    public bool IsOrdered { get; } = true;

    public int Errors { get; private set; }

    /// <summary>Finds the end of the operations that can share a command with the given one: they are alike, and their results need not be separate.</summary>
    public int EndOfRun(int start)
    {
        var (first, end) = (_operations[start], start + 1);
        if (!_errorsOnly && first.Name != "insert") return end; // the engine counts changed documents by command, not by statement
        while (end < Count && _operations[end].Name == first.Name && _operations[end].Collection == first.Collection) end++;
        return end;
    }

    /// <summary>Writes the command for operations that are alike. It is valid until the next one is written.</summary>
    public void WriteCommand(CommandRequest request, int start, int end)
    {
        request.Clear();
        var (_, name, collection, _) = _operations[start];
        (request.Name, request.Database) = (name, _collections[collection].Database);
        _body.Reset(0);
        var body = _body.Begin();
        _body.String(Encoding.ASCII.GetBytes(name), _collections[collection].Collection);
        _body.Boolean("ordered"u8, IsOrdered);
        _body.Append(_shared.Written);
        _body.End(body);
        _statements.Reset(0);
        for (var i = start; i < end; i++)
            if (name == "insert") _statements.Append(_operations[i].Document.Span);
            else WriteStatement(i);
        request.Body = _body.WrittenMemory;
        request.Sequences.Add(("statements", _statements.WrittenMemory));
    }

    /// <summary>Adds the results of operations that ran as one command.</summary>
    public void AddResults(int start, int end, ReadOnlySpan<byte> reply)
    {
        var name = _operations[start].Name;
        var (n, modified) = (0, 0);
        ReadOnlySpan<byte> upserts = default;
        var failed = new Dictionary<int, byte[]>();
        var view = new BsonView(reply);
        while (view.MoveNext())
        {
            if (view.Name.SequenceEqual("n"u8)) n = (int)(view.AsInt64() ?? 0);
            else if (view.Name.SequenceEqual("nModified"u8)) modified = (int)(view.AsInt64() ?? 0);
            else if (view.Name.SequenceEqual("upserted"u8)) upserts = view.Value;
            else if (view.Name.SequenceEqual("writeErrors"u8)) ReadErrors(view.Value, failed);
        }
        var upserted = CountOf(upserts);
        if (name == "insert") _inserted += n;
        else if (name == "delete") _deleted += n;
        else (_matched, _modified, _upserted) = (_matched + n - upserted, _modified + modified, _upserted + upserted);

        for (var i = start; i < end; i++)
        {
            if (failed.TryGetValue(i - start, out var error))
            {
                AddError(i, error);
                if (IsOrdered) return; // the rest did not run
            }
            else if (!_errorsOnly)
            {
                var result = BeginResult(i, ok: 1, name == "insert" ? 1 : n);
                if (name == "update") _results.Int32("nModified"u8, modified);
                var first = new BsonView(upserts);
                if (upserted > 0 && first.MoveNext() && new BsonView(first.Value) is var upsert && upsert.MoveTo("_id"u8))
                {
                    var inner = _results.Begin("upserted"u8);
                    _results.Append(upsert.Element);
                    _results.End(inner);
                }
                _results.End(result);
            }
        }
    }

    public void AddError(int operation, int code, string message)
    {
        using var error = new BsonBuffer();
        error.Int32("code"u8, code);
        error.String("errmsg"u8, message);
        AddError(operation, error.Written);
    }

    public void WriteResults(BsonBuffer reply)
    {
        var cursor = reply.Begin("cursor"u8);
        reply.Int64("id"u8, 0);
        var batch = reply.Begin("firstBatch"u8, BsonType.Array);
        reply.Append(_results.Written);
        reply.End(batch);
        reply.String("ns"u8, "admin.$cmd.bulkWrite");
        reply.End(cursor);
        reply.Int32("nErrors"u8, Errors);
        reply.Int32("nInserted"u8, _inserted);
        reply.Int32("nMatched"u8, _matched);
        reply.Int32("nModified"u8, _modified);
        reply.Int32("nUpserted"u8, _upserted);
        reply.Int32("nDeleted"u8, _deleted);
    }

    public void Dispose()
    {
        _shared.Dispose();
        _body.Dispose();
        _statements.Dispose();
        _results.Dispose();
    }

    private void AddError(int operation, ReadOnlySpan<byte> error)
    {
        Errors++;
        var result = BeginResult(operation, ok: 0, n: 0);
        _results.Append(error);
        _results.End(result);
    }

    private int BeginResult(int operation, double ok, int n)
    {
        var result = _results.Begin(Encoding.ASCII.GetBytes(_resultCount++.ToString(CultureInfo.InvariantCulture)));
        _results.Double("ok"u8, ok);
        _results.Int32("idx"u8, _operations[operation].Index);
        _results.Int32("n"u8, n);
        return result;
    }

    private static void ReadErrors(ReadOnlySpan<byte> array, Dictionary<int, byte[]> errors)
    {
        using var fields = new BsonBuffer();
        var entries = new BsonView(array);
        while (entries.MoveNext())
        {
            var index = 0;
            var field = new BsonView(entries.Value);
            fields.Reset(0);
            while (field.MoveNext())
                if (field.Name.SequenceEqual("index"u8)) index = (int)(field.AsInt64() ?? 0);
                else fields.Append(field.Element);
            errors[index] = fields.Written.ToArray();
        }
    }

    private static int CountOf(ReadOnlySpan<byte> array)
    {
        var count = 0;
        var view = new BsonView(array);
        while (view.MoveNext()) count++;
        return count;
    }

    /// <summary>Writes an update or a delete as an entry of the engine's command.</summary>
    private void WriteStatement(int operation)
    {
        var (_, name, _, document) = _operations[operation];
        var start = _statements.Begin();
        var (isDelete, isMulti) = (name == "delete", false);
        var view = new BsonView(document.Span);
        view.MoveNext(); // the collection
        while (view.MoveNext())
        {
            if (view.Name.SequenceEqual("filter"u8)) _statements.Value("q"u8, view.Type, view.Value);
            else if (view.Name.SequenceEqual("updateMods"u8)) _statements.Value("u"u8, view.Type, view.Value);
            else if (view.Name.SequenceEqual("constants"u8)) _statements.Value("c"u8, view.Type, view.Value);
            else if (isDelete && view.Name.SequenceEqual("multi"u8)) isMulti = view.IsTrue;
            else _statements.Append(view.Element);
        }
        if (isDelete) _statements.Int32("limit"u8, isMulti ? 0 : 1);
        _statements.End(start);
    }

    private void AddCollection(ReadOnlySpan<byte> entry)
    {
        var view = new BsonView(entry);
        var ns = view.MoveTo("ns"u8) ? view.AsString() ?? "" : "";
        _collections.Add(ns.Split('.', 2) is [{ Length: > 0 } database, { Length: > 0 } collection] ? (database, collection)
            : throw new CommandException(ErrorCodes.InvalidNamespace, $"Invalid namespace specified for bulkWrite: '{ns}'"));
    }

    private void AddOperation(ReadOnlyMemory<byte> operation)
    {
        var view = new BsonView(operation.Span);
        var name = view.MoveNext() ? Encoding.UTF8.GetString(view.Name) : "";
        if (name is not ("insert" or "update" or "delete"))
            throw new CommandException(ErrorCodes.UnknownField, $"BSON field 'bulkWrite.ops.{name}' is an unknown field.");
        if (view.AsInt64() is not { } collection || collection < 0 || collection >= _collections.Count)
            throw new CommandException(ErrorCodes.BadValue, $"BulkWrite ops entry {Count} has an invalid nsInfo index.");
        if (name == "insert")
        {
            var document = new BsonView(operation.Span);
            if (!document.MoveTo("document"u8) || document.Type != BsonType.Document)
                throw new CommandException(ErrorCodes.BadValue, $"BulkWrite ops entry {Count} has no document to insert.");
            operation = operation.Slice(document.ValueOffset, document.Value.Length);
        }
        _operations.Add((Count, name, (int)collection, operation));
    }

    /// <summary>Gets the documents of a section, or of an array in the body.</summary>
    private static List<ReadOnlyMemory<byte>> Documents(CommandRequest request, ReadOnlySpan<byte> name)
    {
        List<ReadOnlyMemory<byte>> documents = [];
        foreach (var (section, content) in request.Sequences)
        {
            if (!Ascii.Equals(name, section)) continue;
            for (var rest = content; rest.Length > 0; rest = rest[documents[^1].Length..])
                documents.Add(rest[..BinaryPrimitives.ReadInt32LittleEndian(rest.Span)]);
        }
        var view = new BsonView(request.Body.Span);
        if (!view.MoveTo(name) || view.Type != BsonType.Array) return documents;
        var entries = new BsonView(view.Value);
        while (entries.MoveNext())
            if (entries.Type == BsonType.Document) documents.Add(request.Body.Slice(view.ValueOffset + entries.ValueOffset, entries.Value.Length));
        return documents;
    }
}
