using System.Globalization;
using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Sessions;
using Npgsql;
using static DocumentDb.Gateway.Engine.EngineSession;

namespace DocumentDb.Gateway.Commands;

/// <summary>Handles reads, writes and cursors; documents pass through as bytes.</summary>
internal sealed class DataCommands(EngineClient engine, CursorTable cursors, DuplicateKeys duplicates, PointReads pointReads)
{
    private const int KillMax = 10_000, UpsertsMax = 5;

    public IReadOnlyDictionary<string, Command> Table => new Dictionary<string, Command>
    {
        ["find"] = new(FindAsync, FitsTransaction: true),
        ["aggregate"] = new(AggregateAsync, FitsTransaction: true) { RetriesConflicts = true },
        ["listCollections"] = new((c, ct) => FirstPageAsync(c, Sql.ListCollections, ct)),
        ["listIndexes"] = new((c, ct) => FirstPageAsync(c, Sql.ListIndexes, ct)),
        ["getMore"] = new(GetMoreAsync, FitsTransaction: true),
        ["killCursors"] = new(KillCursorsAsync, FitsTransaction: true),
        ["count"] = new((c, ct) => ReadAsync(c, Sql.Count, ct), FitsTransaction: true),
        ["distinct"] = new((c, ct) => ReadAsync(c, Sql.Distinct, ct), FitsTransaction: true),
        ["insert"] = new(WriteAsync, FitsTransaction: true) { Sections = ["documents"], RetriesConflicts = true },
        ["update"] = new(WriteAsync, FitsTransaction: true) { Sections = ["updates"], RetriesConflicts = true },
        ["delete"] = new(WriteAsync, FitsTransaction: true) { Sections = ["deletes"], RetriesConflicts = true },
        ["findAndModify"] = new(FindAndModifyAsync, FitsTransaction: true) { RetriesConflicts = true },
        ["findandmodify"] = new(FindAndModifyAsync, FitsTransaction: true) { RetriesConflicts = true },
    };

    /// <summary>Deletes the engine's files of abandoned cursors.</summary>
    public async ValueTask ReleaseAsync(IReadOnlyList<long> ids, Identity user, CancellationToken ct)
    {
        if (ids.Count == 0) return;
        await using var session = await engine.OpenAsync(user, ct);
        await session.ReadValueAsync(session.Command(Sql.KillCursors, new NpgsqlParameter<long[]> { TypedValue = [.. ids] }), ct);
        await session.CompleteAsync(ct);
    }

    private async ValueTask FindAsync(CommandContext context, CancellationToken ct)
    {
        if (await pointReads.TryReadAsync(context, ct)) return;
        Refusals.Check(context.Request);
        await FirstPageAsync(context, Sql.Find, ct);
    }

    private ValueTask AggregateAsync(CommandContext context, CancellationToken ct)
    {
        Refusals.Check(context.Request);
        return FirstPageAsync(context, Sql.Aggregate, ct);
    }

    private async ValueTask FirstPageAsync(CommandContext context, string sql, CancellationToken ct)
    {
        var request = context.Request;
        await using var lease = await context.OpenAsync(engine, ct);
        var session = lease.Session;
        var more = await session.ReadPageAsync(session.Command(sql, Text(request.Database), Bytes(request.Body)), context.Reply, ct);
        await lease.CompleteAsync(ct);
        if (more is var (continuation, id)) cursors.Add(id, new OpenCursor(context.LoggedIn.User, request.Database, continuation));
    }

    private async ValueTask GetMoreAsync(CommandContext context, CancellationToken ct)
    {
        var request = context.Request;
        var id = CursorId(request.Body.Span);
        var user = context.LoggedIn;
        var cursor = cursors.Take(id, user.User, request.Database);
        await using var lease = await context.OpenAsync(engine, ct);
        var session = lease.Session;
        var command = session.Command(Sql.GetMore, Text(cursor.Database), Bytes(request.Body), Bytes(cursor.Continuation));
        var more = await session.ReadPageAsync(command, context.Reply, ct);
        await lease.CompleteAsync(ct);
        if (more is var (continuation, _)) cursors.Add(id, cursor with { Continuation = continuation });
    }

    private async ValueTask KillCursorsAsync(CommandContext context, CancellationToken ct)
    {
        var user = context.LoggedIn;
        List<long> killed = [], missing = [];
        foreach (var id in CursorIds(context.Request.Body.Span)) (cursors.Remove(id, user.User) ? killed : missing).Add(id);
        await ReleaseAsync(killed, user, ct);
        await Replies.Write(context, reply =>
        {
            Ids(reply, "cursorsKilled"u8, killed);
            Ids(reply, "cursorsNotFound"u8, missing);
            Ids(reply, "cursorsAlive"u8, []);
            Ids(reply, "cursorsUnknown"u8, []);
        });
    }

    private async ValueTask ReadAsync(CommandContext context, string sql, CancellationToken ct)
    {
        Refusals.Check(context.Request);
        await using var lease = await context.OpenAsync(engine, ct);
        var session = lease.Session;
        if (!await session.ReadDocumentAsync(session.Command(sql, Text(context.Request.Database), Bytes(context.Request.Body)), context.Reply, ct))
            throw new CommandException(ErrorCodes.InternalError, "The engine returned no reply");
        await lease.CompleteAsync(ct);
    }

    public async ValueTask WriteAsync(CommandContext context, CancellationToken ct)
    {
        var (sql, onceSql) = context.Request.Name switch
        {
            "insert" => (Sql.Insert, Sql.InsertOnce),
            "update" => (Sql.Update, Sql.UpdateOnce),
            "delete" => (Sql.Delete, Sql.DeleteOnce),
            var name => throw new InvalidOperationException($"{name} is not a write command."),
        };
        if (!ReferenceEquals(sql, Sql.Insert)) Refusals.CheckStatements(context.Request);
        for (var attempt = 1; ; attempt++)
        {
            await RunWriteAsync(context, sql, onceSql, ct);
            if (!WriteErrors.Has(context.ReplyDocument)) return;
            var values = await duplicates.ExplainAsync(context, ct);
            if (attempt == UpsertsMax || context.Transaction is not null || !UpsertRace.IsLost(context.Request, values.Span)) return;
            if (context.Request.IsRetryable) await ForgetReplyAsync(context, ct);
            context.ClearReply();
        }
    }

    // The write had no effect and will run again.
    private async ValueTask ForgetReplyAsync(CommandContext context, CancellationToken ct)
    {
        var request = context.Request;
        await using var lease = await context.OpenAsync(engine, ct);
        var session = lease.Session;
        await session.ReadValueAsync(session.Command(Sql.ForgetReply, new NpgsqlParameter<Guid> { TypedValue = request.Session },
            new NpgsqlParameter<long> { TypedValue = request.TransactionNumber!.Value }), ct);
        await lease.CompleteAsync(ct);
    }

    private async ValueTask FindAndModifyAsync(CommandContext context, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await RunWriteAsync(context, Sql.FindAndModify, Sql.FindAndModifyOnce, ct);
                FindAndModifyReply.Correct(context.ReplyDocument);
                return;
            }
            catch (CommandException e) when (e.Code == ErrorCodes.DuplicateKey)
            {
                var explained = await duplicates.ExplainAsync(context, e, ct);
                if (attempt == UpsertsMax || context.Transaction is not null || explained is not DuplicateKeyException { Values: var values }
                    || !UpsertRace.IsLost(context.Request, values.Span)) throw explained;
                context.ClearReply();
            }
        }
    }

    private async ValueTask RunWriteAsync(CommandContext context, string sql, string onceSql, CancellationToken ct)
    {
        var request = context.Request;
        await using var lease = await context.OpenAsync(engine, ct);
        var session = lease.Session;
        var command = request.IsRetryable
            ? session.Command(onceSql, new NpgsqlParameter<Guid> { TypedValue = request.Session },
                new NpgsqlParameter<long> { TypedValue = request.TransactionNumber!.Value }, Text(request.Database), Bytes(request.Body),
                Bytes(request.Sequence))
            : session.Command(sql, Text(request.Database), Bytes(request.Body));
        if (!request.IsRetryable && !ReferenceEquals(sql, Sql.FindAndModify)) command.Parameters.Add(Bytes(request.Sequence));
        if (!await session.ReadDocumentAsync(command, context.Reply, ct)) throw new CommandException(ErrorCodes.InternalError, "The engine returned no reply");
        await lease.CompleteAsync(ct);
    }

    private static long CursorId(ReadOnlySpan<byte> body)
    {
        var view = new BsonView(body);
        return view.MoveNext() && view.AsInt64() is { } id ? id
            : throw new CommandException(ErrorCodes.BadValue, "getMore requires a cursor id, a 64-bit number");
    }

    private static List<long> CursorIds(ReadOnlySpan<byte> body)
    {
        var view = new BsonView(body);
        if (!view.MoveTo("cursors"u8) || view.Type != BsonType.Array)
            throw new CommandException(ErrorCodes.BadValue, "killCursors requires an array of cursor ids");
        List<long> ids = [];
        var inner = new BsonView(view.Value);
        while (inner.MoveNext())
        {
            ids.Add(inner.AsInt64() ?? throw new CommandException(ErrorCodes.BadValue, "A cursor id must be a 64-bit number"));
            if (ids.Count > KillMax) throw new CommandException(ErrorCodes.BadValue, $"One command can kill at most {KillMax} cursors");
        }
        return ids;
    }

    private static void Ids(BsonBuffer reply, ReadOnlySpan<byte> name, List<long> ids)
    {
        var array = reply.Begin(name, BsonType.Array);
        for (var i = 0; i < ids.Count; i++) reply.Int64(System.Text.Encoding.ASCII.GetBytes(i.ToString(CultureInfo.InvariantCulture)), ids[i]);
        reply.End(array);
    }
}
