using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;
using Microsoft.Extensions.Options;
using Npgsql;
using static DocumentDb.Gateway.Engine.EngineSession;

namespace DocumentDb.Gateway.Commands;

/// <summary>
/// Builds and drops indexes. On a small collection an index is built at once, in milliseconds, while writes wait. On a larger one the engine's workers build
/// it, and no other command has to wait.
/// </summary>
internal sealed class IndexCommands(EngineClient engine, IOptions<GatewayOptions> options)
{
    /// <summary>The collection size from which indexes are built online: about ten thousand documents of 1 KB, which take a tenth of a second.</summary>
    private const long OnlineBytesMin = 8 << 20;

    private const int EmptyDocumentBytes = 5;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    public IReadOnlyDictionary<string, Command> Table => new Dictionary<string, Command>
    {
        ["createIndexes"] = new(CreateAsync) { RetriesConflicts = true },
        ["dropIndexes"] = new(DropAsync) { RetriesConflicts = true },
    };

    private async ValueTask CreateAsync(CommandContext context, CancellationToken ct)
    {
        var request = context.Request;
        using var answer = new BsonBuffer();
        try
        {
            await using var lease = await context.OpenAsync(engine, ct);
            var session = lease.Session;
            var size = await session.ReadValueAsync(session.Command(Sql.CollectionBytes, Text(request.Database), Text(request.Target)), ct);
            // An online build takes many transactions, but a user's role is set for one.
            if (size is >= OnlineBytesMin && context.LoggedIn.IsSuperuser) await BuildOnlineAsync(context, session, answer, ct);
            else
            {
                var command = session.Command(Sql.CreateIndexesAtOnce, Text(request.Database), Bytes(request.Body));
                command.CommandTimeout = (int)options.Value.IndexBuildTime.TotalSeconds;
                await session.ReadDocumentAsync(command, answer, ct);
                await lease.CompleteAsync(ct);
            }
        }
        catch (CommandException e) when (e.Code == ErrorCodes.DuplicateKey)
        {
            throw DuplicateKeys.ExplainIndex(context, e);
        }
        WriteReply(context, answer.Written);
    }

    /// <summary>Starts the build and waits until it ends, as MongoDB does.</summary>
    private async ValueTask BuildOnlineAsync(CommandContext context, EngineSession session, BsonBuffer answer, CancellationToken ct)
    {
        var request = context.Request;
        var started = await session.ReadPairAsync<byte[], byte[]>(
            session.Command(Sql.CreateIndexesOnline, Text(request.Database), Bytes(request.Body)), ct);
        if (started is not var (reply, builds)) throw new CommandException(ErrorCodes.InternalError, "The engine returned no reply");
        answer.Append(reply);
        if (builds is not { Length: > EmptyDocumentBytes }) return; // all exist already: the engine fails if asked about no build
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.Value.IndexBuildTime);
        while (true)
        {
            await Task.Delay(Poll, limit.Token);
            using var status = session.Command(Sql.IndexBuildStatus, Bytes(builds));
            await using var reader = await status.ExecuteReaderAsync(limit.Token);
            if (!await reader.ReadAsync(limit.Token) || !reader.GetBoolean(2)) continue;
            if (reader.GetBoolean(1)) return;
            answer.Reset(0);
            answer.Append(await reader.GetFieldValueAsync<byte[]>(0, limit.Token));
            return;
        }
    }

    /// <summary>Writes the reply. The engine reports by shard, unlike MongoDB; an error is inside the shard's report.</summary>
    private static void WriteReply(CommandContext context, ReadOnlySpan<byte> answer)
    {
        var view = new BsonView(answer);
        ReadOnlySpan<byte> report = answer;
        while (view.MoveNext())
            if (view.Name.SequenceEqual("raw"u8))
            {
                var shards = new BsonView(view.Value);
                if (shards.MoveNext()) report = shards.Value;
            }
        ThrowReported(report);
        context.ClearReply();
        var document = context.Reply.Begin();
        var fields = new BsonView(report);
        while (fields.MoveNext())
            if (!fields.Name.SequenceEqual("ok"u8)) context.Reply.Append(fields.Element);
        context.Reply.Double("ok"u8, 1);
        context.Reply.End(document);
    }

    private static void ThrowReported(ReadOnlySpan<byte> report)
    {
        var (message, code) = ((string?)null, ErrorCodes.InternalError);
        var view = new BsonView(report);
        while (view.MoveNext())
        {
            if (view.Name.SequenceEqual("errmsg"u8)) message = view.AsString();
            // A small number is MongoDB's own code, a large one a packed SQLSTATE.
            else if (view.Name.SequenceEqual("code"u8) && view.AsInt64() is { } n) code = n < 1 << 20 ? (int)n : ErrorCodes.Of(ErrorCodes.Unpack((int)n));
        }
        if (message is not null) throw new CommandException(code, message);
    }

    private async ValueTask DropAsync(CommandContext context, CancellationToken ct)
    {
        var request = context.Request;
        await using var lease = await context.OpenAsync(engine, ct);
        var session = lease.Session;
        var command = session.Command(Sql.DropIndexes, Text(request.Database), Bytes(request.Body));
        // A procedure's result cannot be cast, and Npgsql knows no binary format of the type bson: the value arrives as BSONHEX and hexadecimal digits.
        command.AllResultTypesAreUnknown = true;
        var text = await session.ReadValueAsync(command, ct) as string ?? "";
        await lease.CompleteAsync(ct);
        WriteReply(context, Convert.FromHexString(text.AsSpan("BSONHEX".Length)));
    }
}
