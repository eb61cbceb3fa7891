using System.Text;
using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Sessions;

namespace DocumentDb.Gateway.Commands;

/// <summary>Handles logins, sessions and the end of transactions.</summary>
internal sealed class SessionCommands(EngineClient engine, TransactionTable transactions)
{
    private const string Mechanism = "SCRAM-SHA-256";
    private const int ConversationId = 1;

    public IReadOnlyDictionary<string, Command> Table => new Dictionary<string, Command>
    {
        ["saslStart"] = new(StartLoginAsync, NeedsLogin: false),
        ["saslContinue"] = new(ContinueLoginAsync, NeedsLogin: false),
        ["logout"] = new(LogoutAsync, NeedsLogin: false),
        ["startSession"] = new(StartSessionAsync),
        ["refreshSessions"] = new((c, _) => Replies.Ok(c)),
        ["endSessions"] = new(EndSessionsAsync),
        ["killSessions"] = new(EndSessionsAsync),
        ["commitTransaction"] = new(CommitAsync),
        ["abortTransaction"] = new(AbortAsync),
    };

    /// <summary>Runs the first half of a login, on its own or as part of hello.</summary>
    public async ValueTask<string> BeginLoginAsync(CommandContext context, ReadOnlyMemory<byte> start, CancellationToken ct)
    {
        var (mechanism, payload) = ReadStart(start.Span);
        if (mechanism != Mechanism) throw new CommandException(ErrorCodes.AuthenticationFailed, $"Mechanism {mechanism} is not supported; use {Mechanism}");
        context.Login = new ScramConversation(engine);
        return await context.Login.StartAsync(payload, ct);
    }

    /// <summary>Writes one step of a login.</summary>
    public static void WriteStep(BsonBuffer reply, bool done, string payload)
    {
        reply.Int32("conversationId"u8, ConversationId);
        reply.Boolean("done"u8, done);
        reply.Binary("payload"u8, Encoding.UTF8.GetBytes(payload));
    }

    private async ValueTask StartLoginAsync(CommandContext context, CancellationToken ct)
    {
        try
        {
            var answer = await BeginLoginAsync(context, context.Request.Body, ct);
            await Replies.Write(context, reply => WriteStep(reply, done: false, answer));
        }
        catch (CommandException e) when (e.Code == ErrorCodes.AuthenticationFailed)
        {
            context.FailedLogins++;
            throw;
        }
    }

    private async ValueTask ContinueLoginAsync(CommandContext context, CancellationToken ct)
    {
        var login = context.Login ?? throw new CommandException(ErrorCodes.AuthenticationFailed, "No login is in progress on this connection");
        if (login.Identity is { } identity)
        {
            // The last, empty exchange, which drivers may skip: see below.
            (context.User, context.Login) = (identity, null);
            await Replies.Write(context, reply => WriteStep(reply, done: true, ""));
            return;
        }
        try
        {
            var answer = await login.FinishAsync(ReadPayload(context.Request.Body.Span), ct);
            // The login ends with the server's proof: a driver that did not ask to skip the empty exchange checks the proof and also stops.
            (context.User, context.Login) = (login.Identity, null);
            await Replies.Write(context, reply => WriteStep(reply, done: true, answer));
        }
        catch (CommandException e) when (e.Code == ErrorCodes.AuthenticationFailed)
        {
            context.Login = null;
            context.FailedLogins++;
            throw;
        }
    }

    private static ValueTask LogoutAsync(CommandContext context, CancellationToken ct)
    {
        (context.User, context.Login) = (null, null);
        return Replies.Ok(context);
    }

    private static ValueTask StartSessionAsync(CommandContext context, CancellationToken ct) => Replies.Write(context, reply =>
    {
        const byte Uuid = 4;
        var id = reply.Begin("id"u8);
        reply.Binary("id"u8, Guid.NewGuid().ToByteArray(bigEndian: true), Uuid);
        reply.End(id);
        reply.Int32("timeoutMinutes"u8, ServerCommands.SessionMinutes);
    });

    private async ValueTask EndSessionsAsync(CommandContext context, CancellationToken ct)
    {
        foreach (var session in ReadSessions(context.Request.Body.Span)) await transactions.EndSessionAsync(context.LoggedIn, session, ct);
        await Replies.Ok(context);
    }

    private async ValueTask CommitAsync(CommandContext context, CancellationToken ct)
    {
        await transactions.CommitAsync(context.LoggedIn, context.Request, ct);
        await Replies.Ok(context);
    }

    private async ValueTask AbortAsync(CommandContext context, CancellationToken ct)
    {
        await transactions.AbortAsync(context.LoggedIn, context.Request, ct);
        await Replies.Ok(context);
    }

    private static (string Mechanism, byte[] Payload) ReadStart(ReadOnlySpan<byte> start)
    {
        var view = new BsonView(start);
        return (view.MoveTo("mechanism"u8) ? view.AsString() ?? "" : "", ReadPayload(start));
    }

    private static byte[] ReadPayload(ReadOnlySpan<byte> document)
    {
        var view = new BsonView(document);
        return view.MoveTo("payload"u8) ? view.AsBinary().ToArray() : [];
    }

    private static List<Guid> ReadSessions(ReadOnlySpan<byte> body)
    {
        List<Guid> sessions = [];
        var view = new BsonView(body);
        if (!view.MoveNext() || view.Type != BsonType.Array) return sessions;
        var entries = new BsonView(view.Value);
        while (entries.MoveNext())
        {
            if (entries.Type != BsonType.Document) continue;
            var entry = new BsonView(entries.Value);
            if (entry.MoveTo("id"u8) && entry.AsBinary() is { Length: 16 } id) sessions.Add(new Guid(id, bigEndian: true));
        }
        return sessions;
    }
}
