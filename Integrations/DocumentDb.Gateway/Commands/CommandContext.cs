using System.Net;
using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Sessions;
using DocumentDb.Gateway.Wire;

namespace DocumentDb.Gateway.Commands;

/// <summary>The state that a command runs with. A connection uses the same one for all its commands.</summary>
internal sealed class CommandContext(long connectionId, EndPoint? client) : IDisposable
{
    public long ConnectionId { get; } = connectionId;

    public EndPoint? Client { get; } = client;

    public CommandRequest Request { get; } = new();

    /// <summary>The reply's document, after <see cref="WireProtocol.ReplyBytes"/> bytes for the head.</summary>
    public BsonBuffer Reply { get; } = new();

    /// <summary>The user who logged in on this connection; null before the login.</summary>
    public Identity? User { get; set; }

    /// <summary>The login in progress.</summary>
    public ScramConversation? Login { get; set; }

    public int FailedLogins { get; set; }

    public ClientTransaction? Transaction { get; set; }

    /// <summary>The engine connection of the command that this one is part of.</summary>
    public EngineSession? Session { get; init; }

    public Span<byte> ReplyDocument => Reply.Written[WireProtocol.ReplyBytes..];

    /// <summary>The user; throws if nobody has logged in.</summary>
    public Identity LoggedIn => User ?? throw new CommandException(ErrorCodes.Unauthorized, $"Command {Request.Name} requires authentication");

    public void ClearReply() => Reply.Reset(WireProtocol.ReplyBytes);

    /// <summary>Gets the command's connection to the engine, or opens one for this command only.</summary>
    public async ValueTask<SessionLease> OpenAsync(EngineClient engine, CancellationToken ct)
        => (Session ?? Transaction?.Session) is { } session ? new(session, IsOwned: false) : new(await engine.OpenAsync(LoggedIn, ct), IsOwned: true);

    public void Dispose() => Reply.Dispose();
}
