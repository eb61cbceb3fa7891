using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;
using Npgsql;
using static DocumentDb.Gateway.Engine.EngineSession;

namespace DocumentDb.Gateway.Commands;

/// <summary>
/// Handles MongoDB 8.0's command bulkWrite, which the engine does not have. Its operations run as insert, update and delete commands in one engine transaction.
/// </summary>
internal sealed class BulkWrites(EngineClient engine, DataCommands data)
{
    private const string Savepoint = "SAVEPOINT operation", NextSavepoint = $"RELEASE operation;{Savepoint}", Undo = "ROLLBACK TO operation";

    public IReadOnlyDictionary<string, Command> Table => new Dictionary<string, Command>
    {
        ["bulkWrite"] = new(RunAsync, FitsTransaction: true) { Sections = ["ops", "nsInfo"], RetriesConflicts = true },
    };

    private async ValueTask RunAsync(CommandContext context, CancellationToken ct)
    {
        var request = context.Request;
        using var bulk = new BulkWrite(request);
        await using var lease = await context.OpenAsync(engine, ct);
        var session = lease.Session;
        if (lease.IsOwned) await session.BeginUnlessOpenAsync(ct);
        var key = new NpgsqlParameter<Guid> { TypedValue = request.Session };
        if (request.IsRetryable)
        {
            var claim = session.Command(Sql.Claim, key, new NpgsqlParameter<long> { TypedValue = request.TransactionNumber!.Value });
            if (await session.ReadDocumentAsync(claim, context.Reply, ct)) return; // it ran before, with this reply
        }
        using var part = new CommandContext(context.ConnectionId, context.Client)
        {
            User = context.User, Transaction = context.Transaction, Session = session,
        };
        await RunAsync(bulk, part, session, ct);
        await Replies.Write(context, bulk.WriteResults);
        if (request.IsRetryable) await session.ReadValueAsync(session.Command(Sql.StoreReply, key.Clone(), Bytes(context.ReplyDocument.ToArray())), ct);
        await lease.CompleteAsync(ct);
    }

    private async ValueTask RunAsync(BulkWrite bulk, CommandContext part, EngineSession session, CancellationToken ct)
    {
        var (savepoint, aloneUntil) = (Savepoint, 0);
        for (int next = 0, end; next < bulk.Count && !(bulk.IsOrdered && bulk.Errors > 0); next = end)
        {
            end = next < aloneUntil ? next + 1 : bulk.EndOfRun(next);
            bulk.WriteCommand(part.Request, next, end);
            part.ClearReply();
            if (part.Transaction is not null)
            {
                // The first failure of the engine ends a client's transaction.
                await data.WriteAsync(part, ct);
                WriteErrors.ThrowConflict(part.ReplyDocument);
                bulk.AddResults(next, end, part.ReplyDocument);
                continue;
            }
            await session.RunAsync(savepoint, ct);
            savepoint = NextSavepoint;
            try
            {
                await data.WriteAsync(part, ct);
                bulk.AddResults(next, end, part.ReplyDocument);
            }
            catch (CommandException e) when (e.IsOfStatement)
            {
                await session.RunAsync(Undo, ct);
                // If one of several is not valid the engine rejects all of them, so they run one by one to find it.
                if (end - next > 1) (aloneUntil, end) = (end, next);
                else bulk.AddError(next, e.Code, e.Message);
            }
        }
    }
}
