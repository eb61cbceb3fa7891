using System.Globalization;
using System.Text;
using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;
using static DocumentDb.Gateway.Engine.EngineSession;

namespace DocumentDb.Gateway.Commands;

/// <summary>A duplicate key with the elements that a reply adds to it.</summary>
internal sealed class DuplicateKeyException(string message, ReadOnlyMemory<byte> detail, Exception cause)
    : CommandException(ErrorCodes.DuplicateKey, message, cause)
{
    /// <summary>The elements <c>keyPattern</c> and <c>keyValue</c>, ready to be added.</summary>
    public ReadOnlyMemory<byte> Detail { get; } = detail;
}

/// <summary>
/// Gives errors of single documents MongoDB's codes, and duplicate keys MongoDB's text: <c>E11000 duplicate key error collection: db.coll index: name dup key:
/// { field: value }</c> with keyPattern and keyValue. The engine only names the index, so its key is looked up and its values are taken from the command.
/// </summary>
internal sealed class DuplicateKeys(EngineClient engine)
{
    private const string IndexMark = "Index '", ConstraintMark = "documents_rum_index_";

    /// <summary>Rewrites the <c>writeErrors</c> of a reply.</summary>
    public async ValueTask ExplainAsync(CommandContext context, CancellationToken ct)
    {
        var errors = WriteErrors.Read(context.ReplyDocument);
        var statements = Statements(context.Request.Body, context.Request.Sequence);
        Dictionary<string, byte[]?> keys = [];
        foreach (var error in errors)
            if (IndexName(error) is { } name && !keys.ContainsKey(name)) keys[name] = await KeyAsync(context, name, ct);
        Rewrite(context, errors, statements, keys);
    }

    /// <summary>The duplicate key behind a command that failed as a whole.</summary>
    public async ValueTask<CommandException> ExplainAsync(CommandContext context, CommandException e, CancellationToken ct)
    {
        if (e.Constraint is null || !e.Constraint.StartsWith(ConstraintMark, StringComparison.Ordinal)
            || !int.TryParse(e.Constraint.AsSpan(ConstraintMark.Length), CultureInfo.InvariantCulture, out var id)) return e;
        await using var lease = await context.OpenAsync(engine, ct);
        var session = lease.Session;
        var index = await session.ReadPairAsync<string, byte[]>(
            session.Command(Sql.IndexById, new Npgsql.NpgsqlParameter<int> { TypedValue = id }), ct);
        if (index is not var (name, key) || key is null) return e;
        return Describe(context.Request.Namespace, name, key, Statement.OfFindAndModify(context.Request.Body), e);
    }

    /// <summary>A duplicate key in an index, with the values that a statement gives it.</summary>
    public static DuplicateKeyException Describe(string ns, string index, ReadOnlyMemory<byte> key, Statement statement, Exception cause)
    {
        using var detail = new BsonBuffer();
        var text = Detail(detail, ns, index, key.Span, statement);
        return new DuplicateKeyException(text, detail.Written.ToArray(), cause);
    }

    private async ValueTask<byte[]?> KeyAsync(CommandContext context, string index, CancellationToken ct)
    {
        await using var lease = await context.OpenAsync(engine, ct);
        var session = lease.Session;
        var found = await session.ReadPairAsync<string, byte[]>(
            session.Command(Sql.IndexByName, Text(context.Request.Database), Text(context.Request.Target), Text(index)), ct);
        return found?.Second;
    }

    private static string? IndexName(WriteError error)
    {
        if (ErrorCodes.Of(error.State) != ErrorCodes.DuplicateKey) return null;
        var start = error.Message.IndexOf(IndexMark, StringComparison.Ordinal);
        return start < 0 || !error.Message.EndsWith('\'') ? null : error.Message[(start + IndexMark.Length)..^1];
    }

    private static void Rewrite(CommandContext context, List<WriteError> errors, List<Statement> statements, Dictionary<string, byte[]?> keys)
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
            var message = error.Message;
            if (IndexName(error) is { } name && keys[name] is { } key)
                message = Detail(reply, context.Request.Namespace, name, key, error.Index < statements.Count ? statements[error.Index] : default);
            reply.String("errmsg"u8, message);
            reply.End(entry);
        }
        reply.End(array);
        reply.End(document);
    }

    /// <summary>Writes keyPattern and keyValue, and gives the text.</summary>
    private static string Detail(BsonBuffer reply, string ns, string index, ReadOnlySpan<byte> key, Statement statement)
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"E11000 duplicate key error collection: {ns} index: {index} dup key: {{");
        reply.Value("keyPattern"u8, BsonType.Document, key);
        var values = reply.Begin("keyValue"u8);
        var fields = new BsonView(key);
        var separator = " ";
        while (fields.MoveNext())
        {
            var type = statement.Find(fields.Name, out var value);
            reply.Value(fields.Name, type, value);
            text.Append(separator).Append(Encoding.UTF8.GetString(fields.Name)).Append(": ").Append(ValueText.Of(type, value));
            separator = ", ";
        }
        reply.End(values);
        return text.Append(" }").ToString();
    }

    private static List<Statement> Statements(ReadOnlyMemory<byte> body, ReadOnlyMemory<byte> sequence)
    {
        List<Statement> statements = [];
        for (var rest = sequence; rest.Length > 4;)
        {
            var size = System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(rest.Span);
            statements.Add(Statement.Of(rest[..size]));
            rest = rest[size..];
        }
        if (statements.Count > 0) return statements;
        var view = new BsonView(body.Span);
        while (view.MoveNext())
        {
            if (view.Type != BsonType.Array || !(view.Name.SequenceEqual("documents"u8) || view.Name.SequenceEqual("updates"u8))) continue;
            var entries = new BsonView(view.Value);
            while (entries.MoveNext())
                if (entries.Type == BsonType.Document) statements.Add(Statement.Of(body.Slice(view.ValueOffset + entries.ValueOffset, entries.Value.Length)));
        }
        return statements;
    }
}
