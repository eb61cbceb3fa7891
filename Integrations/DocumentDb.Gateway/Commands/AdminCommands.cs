using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;
using Npgsql;
using static DocumentDb.Gateway.Engine.EngineSession;

namespace DocumentDb.Gateway.Commands;

internal sealed class AdminCommands(EngineClient engine)
{
    public IReadOnlyDictionary<string, Command> Table => new Dictionary<string, Command>
    {
        ["create"] = new(CreateAsync, FitsTransaction: true) { RetriesConflicts = true },
        ["collMod"] = new((c, ct) => RunAsync(c, Sql.CollMod, ct, Database(c), Body(c), Target(c))) { RetriesConflicts = true },
        ["drop"] = new(DropAsync) { RetriesConflicts = true },
        ["dropDatabase"] = new(DropDatabaseAsync) { RetriesConflicts = true },
        ["renameCollection"] = new(RenameAsync) { RetriesConflicts = true },
        ["listDatabases"] = new((c, ct) => RunAsync(c, Sql.ListDatabases, ct, Body(c))),
        ["collStats"] = new((c, ct) => RunAsync(c, Sql.CollStats, ct, Database(c), Target(c), Scale(c))),
        ["collstats"] = new((c, ct) => RunAsync(c, Sql.CollStats, ct, Database(c), Target(c), Scale(c))),
        ["dbStats"] = new((c, ct) => RunAsync(c, Sql.DbStats, ct, Database(c), Scale(c))),
        ["dbstats"] = new((c, ct) => RunAsync(c, Sql.DbStats, ct, Database(c), Scale(c))),
        ["validate"] = new((c, ct) => RunAsync(c, Sql.Validate, ct, Database(c), Body(c))),
        ["currentOp"] = new((c, ct) => RunAsync(c, Sql.CurrentOp, ct, Body(c))),
        ["compact"] = new((c, ct) => RunAsync(c, Sql.Compact, ct, Body(c))),
        ["usersInfo"] = new((c, ct) => RunAsync(c, Sql.UsersInfo, ct, Body(c))),
        ["createUser"] = new((c, ct) => RunAsync(c, Sql.CreateUser, ct, Body(c))),
        ["dropUser"] = new((c, ct) => RunAsync(c, Sql.DropUser, ct, Body(c))),
        ["updateUser"] = new((c, ct) => RunAsync(c, Sql.UpdateUser, ct, Body(c))),
    };

    /// <summary>Runs a statement that returns the complete reply.</summary>
    private async ValueTask RunAsync(CommandContext context, string sql, CancellationToken ct, params NpgsqlParameter[] parameters)
    {
        await using var lease = await context.OpenAsync(engine, ct);
        var session = lease.Session;
        if (!await session.ReadDocumentAsync(session.Command(sql, parameters), context.Reply, ct))
            throw new CommandException(ErrorCodes.InternalError, "The engine returned no reply");
        await lease.CompleteAsync(ct);
    }

    private ValueTask CreateAsync(CommandContext context, CancellationToken ct)
    {
        Refusals.Check(context.Request);
        return RunAsync(context, Sql.Create, ct, Database(context), Body(context));
    }

    private async ValueTask DropAsync(CommandContext context, CancellationToken ct)
    {
        await RunWithoutReplyAsync(context, Sql.Drop, ct, Database(context), Target(context));
        var ns = context.Request.Namespace;
        await Replies.Write(context, reply => reply.String("ns"u8, ns));
    }

    private async ValueTask DropDatabaseAsync(CommandContext context, CancellationToken ct)
    {
        await RunWithoutReplyAsync(context, Sql.DropDatabase, ct, Database(context));
        var database = context.Request.Database;
        await Replies.Write(context, reply => reply.String("dropped"u8, database));
    }

    private async ValueTask RenameAsync(CommandContext context, CancellationToken ct)
    {
        var (from, to, dropTarget) = ReadRename(context.Request.Body.Span);
        if (from.Database != to.Database) throw new CommandException(ErrorCodes.CommandNotSupported, "A collection cannot be moved to another database");
        await RunWithoutReplyAsync(context, Sql.Rename, ct, Text(from.Database), Text(from.Collection), Text(to.Collection),
            new NpgsqlParameter<bool> { TypedValue = dropTarget });
        await Replies.Ok(context);
    }

    private async ValueTask RunWithoutReplyAsync(CommandContext context, string sql, CancellationToken ct, params NpgsqlParameter[] parameters)
    {
        await using var lease = await context.OpenAsync(engine, ct);
        var session = lease.Session;
        var command = session.Command(sql, parameters);
        command.AllResultTypesAreUnknown = true; // Npgsql has no type void
        await session.ReadValueAsync(command, ct);
        await lease.CompleteAsync(ct);
    }

    private static ((string Database, string Collection) From, (string Database, string Collection) To, bool DropTarget) ReadRename(ReadOnlySpan<byte> body)
    {
        var (from, to, dropTarget) = ("", "", false);
        var view = new BsonView(body);
        while (view.MoveNext())
        {
            if (view.Name.SequenceEqual("renameCollection"u8)) from = view.AsString() ?? "";
            else if (view.Name.SequenceEqual("to"u8)) to = view.AsString() ?? "";
            else if (view.Name.SequenceEqual("dropTarget"u8)) dropTarget = view.IsTrue;
        }
        return (Split(from), Split(to), dropTarget);

        static (string, string) Split(string ns) => ns.Split('.', 2) is [{ Length: > 0 } database, { Length: > 0 } collection] ? (database, collection)
            : throw new CommandException(ErrorCodes.InvalidNamespace, $"Invalid namespace specified '{ns}'");
    }

    private static NpgsqlParameter Database(CommandContext context) => Text(context.Request.Database);

    private static NpgsqlParameter Body(CommandContext context) => Bytes(context.Request.Body);

    private static NpgsqlParameter Target(CommandContext context) => Text(context.Request.Target
        ?? throw new CommandException(ErrorCodes.InvalidNamespace, $"The collection of '{context.Request.Name}' must be a string"));

    private static NpgsqlParameter<double> Scale(CommandContext context)
    {
        var view = new BsonView(context.Request.Body.Span);
        var scale = view.MoveTo("scale"u8) ? view.AsInt64() ?? 1 : 1;
        return new NpgsqlParameter<double> { TypedValue = scale > 0 ? scale : throw new CommandException(ErrorCodes.BadValue, "scale must be positive") };
    }
}
