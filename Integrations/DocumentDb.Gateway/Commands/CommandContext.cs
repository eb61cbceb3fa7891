using System.Net;
using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Sessions;
using DocumentDb.Gateway.Wire;

namespace DocumentDb.Gateway.Commands;

/// <summary>What a command works with; a connection has one for its life.</summary>
internal sealed class CommandContext(long connectionId, EndPoint? client) : IDisposable
{
    public long ConnectionId { get; } = connectionId;

    public EndPoint? Client { get; } = client;

    /// <summary>The command.</summary>
    public CommandRequest Request { get; } = new();

    /// <summary>Receives the reply's document, behind <see cref="WireProtocol.ReplyBytes"/> bytes for the head.</summary>
    public BsonBuffer Reply { get; } = new();

    /// <summary>Who has logged in on this connection; null before.</summary>
    public Identity? User { get; set; }

    /// <summary>The login that has begun.</summary>
    public ScramConversation? Login { get; set; }

    /// <summary>Logins that failed.</summary>
    public int FailedLogins { get; set; }

    /// <summary>The transaction that the command belongs to.</summary>
    public ClientTransaction? Transaction { get; set; }

    /// <summary>The connection to the engine of the command that this one is a part of.</summary>
    public EngineSession? Session { get; init; }

    /// <summary>The reply's document.</summary>
    public Span<byte> ReplyDocument => Reply.Written[WireProtocol.ReplyBytes..];

    /// <summary>The user; commands that need one only run when there is one.</summary>
    public Identity LoggedIn => User ?? throw new CommandException(ErrorCodes.Unauthorized, $"Command {Request.Name} requires authentication");

    /// <summary>Takes back what was written of a reply.</summary>
    public void ClearReply() => Reply.Reset(WireProtocol.ReplyBytes);

    /// <summary>Gets the connection to the engine that this is to run on, or one for this command alone.</summary>
    public async ValueTask<SessionLease> OpenAsync(EngineClient engine, CancellationToken ct)
        => (Session ?? Transaction?.Session) is { } session ? new(session, IsOwned: false) : new(await engine.OpenAsync(LoggedIn, ct), IsOwned: true);

    public void Dispose() => Reply.Dispose();
}
