using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Sessions;
using DocumentDb.Gateway.Wire;
using static DocumentDb.Gateway.Engine.EngineSession;

namespace DocumentDb.Gateway.Commands;

internal sealed class ServerCommands(EngineClient engine, SessionCommands sessions, CursorTable cursors, TransactionTable transactions, ServerState state)
{
    /// <summary>The time that drivers keep an idle session, in minutes.</summary>
    public const int SessionMinutes = 30;

    /// <summary>The maximum number of documents or statements in a write command; the engine accepts no more.</summary>
    public const int WriteBatchMax = 25_000;

    // MongoDB 8.0's version.
    private const int WireVersionMax = 25;
    private const string Version = "8.0.0";
    private static readonly Identity Gateway = new("", IsSuperuser: true);

    /// <summary>The names of all commands, for listCommands.</summary>
    public IReadOnlyList<string> CommandNames { get; set; } = [];

    public IReadOnlyDictionary<string, Command> Table => new Dictionary<string, Command>
    {
        ["hello"] = new(HelloAsync, NeedsLogin: false),
        ["isMaster"] = new(HelloAsync, NeedsLogin: false),
        ["ismaster"] = new(HelloAsync, NeedsLogin: false),
        ["ping"] = new(PingAsync, NeedsLogin: false),
        ["buildInfo"] = new(BuildInfo, NeedsLogin: false),
        ["buildinfo"] = new(BuildInfo, NeedsLogin: false),
        ["whatsmyuri"] = new(WhatsMyUri, NeedsLogin: false),
        ["connectionStatus"] = new(ConnectionStatus, NeedsLogin: false),
        ["isdbgrid"] = new((c, _) => Replies.Write(c, reply => reply.Int32("isdbgrid"u8, 1))),
        ["serverStatus"] = new(ServerStatus),
        ["hostInfo"] = new(HostInfo),
        ["getCmdLineOpts"] = new((c, _) => Replies.Write(c, reply => { reply.Strings("argv"u8); Empty(reply, "parsed"u8); })),
        ["getParameter"] = new(GetParameter),
        ["getLog"] = new((c, _) => Replies.Write(c, reply => { reply.Int32("totalLinesWritten"u8, 0); reply.Strings("log"u8); })),
        ["listCommands"] = new(ListCommands),
    };

    private async ValueTask HelloAsync(CommandContext context, CancellationToken ct)
    {
        var request = context.Request;
        var login = Start(request.Body);
        string? answer = null;
        if (!login.IsEmpty && context.User is null)
        {
            try
            {
                answer = await sessions.BeginLoginAsync(context, login, ct);
            }
            catch (CommandException)
            {
                // Without a reply the driver starts over with saslStart, and gets the error there.
            }
        }
        await Replies.Write(context, reply => WriteHello(context, reply, answer));
    }

    private static void WriteHello(CommandContext context, BsonBuffer reply, string? loginAnswer)
    {
        var isHello = context.Request.Name == "hello";
        if (isHello) reply.Boolean("isWritablePrimary"u8, true);
        else reply.Boolean("ismaster"u8, true);
        reply.Boolean("helloOk"u8, true);
        // Claims to be a router of a sharded cluster: drivers then use sessions, transactions and retryable writes without looking for replica set members.
        reply.String("msg"u8, "isdbgrid");
        reply.Int32("maxBsonObjectSize"u8, WireProtocol.DocumentBytesMax);
        reply.Int32("maxMessageSizeBytes"u8, WireProtocol.MessageBytesMax);
        reply.Int32("maxWriteBatchSize"u8, WriteBatchMax);
        reply.DateTime("localTime"u8, DateTimeOffset.UtcNow);
        reply.Int32("logicalSessionTimeoutMinutes"u8, SessionMinutes);
        reply.Int32("connectionId"u8, (int)(context.ConnectionId & int.MaxValue));
        reply.Int32("minWireVersion"u8, 0);
        reply.Int32("maxWireVersion"u8, WireVersionMax);
        reply.Boolean("readOnly"u8, false);
        if (new BsonView(context.Request.Body.Span).MoveTo("saslSupportedMechs"u8)) reply.Strings("saslSupportedMechs"u8, "SCRAM-SHA-256");
        if (loginAnswer is null) return;
        var step = reply.Begin("speculativeAuthenticate"u8);
        SessionCommands.WriteStep(reply, done: false, loginAnswer);
        reply.End(step);
    }

    /// <summary>Replies only if the engine does, because callers that wait for this server need both.</summary>
    private async ValueTask PingAsync(CommandContext context, CancellationToken ct)
    {
        await using (var session = await engine.OpenAsync(Gateway, ct)) await session.ReadValueAsync(session.Command(Sql.Ping), ct);
        await Replies.Ok(context);
    }

    private static ValueTask BuildInfo(CommandContext context, CancellationToken ct) => Replies.Write(context, reply =>
    {
        reply.String("version"u8, Version);
        reply.String("gitVersion"u8, "documentdb");
        var version = reply.Begin("versionArray"u8, BsonType.Array);
        reply.Int32("0"u8, 8);
        reply.Int32("1"u8, 0);
        reply.Int32("2"u8, 0);
        reply.Int32("3"u8, 0);
        reply.End(version);
        reply.Strings("modules"u8);
        reply.Int32("bits"u8, IntPtr.Size * 8);
        reply.Boolean("debug"u8, false);
        reply.Int32("maxBsonObjectSize"u8, WireProtocol.DocumentBytesMax);
        reply.Strings("storageEngines"u8, "documentdb");
    });

    private static ValueTask WhatsMyUri(CommandContext context, CancellationToken ct)
        => Replies.Write(context, reply => reply.String("you"u8, (context.Client as IPEndPoint)?.ToString() ?? ""));

    private static ValueTask ConnectionStatus(CommandContext context, CancellationToken ct) => Replies.Write(context, reply =>
    {
        var info = reply.Begin("authInfo"u8);
        var users = reply.Begin("authenticatedUsers"u8, BsonType.Array);
        if (context.User is { } user)
        {
            var entry = reply.Begin("0"u8);
            reply.String("user"u8, user.User);
            reply.String("db"u8, "admin");
            reply.End(entry);
        }
        reply.End(users);
        reply.Strings("authenticatedUserRoles"u8);
        reply.End(info);
    });

    private ValueTask ServerStatus(CommandContext context, CancellationToken ct)
    {
        using var process = Process.GetCurrentProcess();
        var (seconds, memory) = ((DateTime.UtcNow - process.StartTime.ToUniversalTime()).TotalSeconds, process.WorkingSet64);
        return Replies.Write(context, reply =>
        {
            reply.String("host"u8, Environment.MachineName);
            reply.String("version"u8, Version);
            reply.String("process"u8, "mongos");
            reply.Int64("pid"u8, Environment.ProcessId);
            reply.Double("uptime"u8, seconds);
            reply.Int64("uptimeMillis"u8, (long)(seconds * 1000));
            reply.DateTime("localTime"u8, DateTimeOffset.UtcNow);
            var connections = reply.Begin("connections"u8);
            reply.Int32("current"u8, state.Connections);
            reply.Int32("available"u8, state.ConnectionsMax - state.Connections);
            reply.Int64("totalCreated"u8, state.ConnectionsCreated);
            reply.Int32("active"u8, state.Running);
            reply.End(connections);
            var open = reply.Begin("metrics"u8);
            var cursor = reply.Begin("cursor"u8);
            var count = reply.Begin("open"u8);
            reply.Int64("total"u8, cursors.Count);
            reply.End(count);
            reply.End(cursor);
            reply.End(open);
            var transaction = reply.Begin("transactions"u8);
            reply.Int64("currentOpen"u8, transactions.OpenCount);
            reply.End(transaction);
            var mem = reply.Begin("mem"u8);
            reply.Int32("bits"u8, IntPtr.Size * 8);
            reply.Int32("resident"u8, (int)(memory >> 20));
            reply.End(mem);
        });
    }

    private static ValueTask HostInfo(CommandContext context, CancellationToken ct) => Replies.Write(context, reply =>
    {
        var system = reply.Begin("system"u8);
        reply.DateTime("currentTime"u8, DateTimeOffset.UtcNow);
        reply.String("hostname"u8, Environment.MachineName);
        reply.Int32("numCores"u8, Environment.ProcessorCount);
        reply.Int64("memSizeMB"u8, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20);
        reply.String("cpuArch"u8, RuntimeInformation.OSArchitecture.ToString());
        reply.End(system);
        var os = reply.Begin("os"u8);
        reply.String("type"u8, "Linux");
        reply.String("name"u8, RuntimeInformation.OSDescription);
        reply.End(os);
        Empty(reply, "extra"u8);
    });

    private static ValueTask GetParameter(CommandContext context, CancellationToken ct) => Replies.Write(context, reply =>
    {
        var version = reply.Begin("featureCompatibilityVersion"u8);
        reply.String("version"u8, "8.0");
        reply.End(version);
        reply.Strings("authenticationMechanisms"u8, "SCRAM-SHA-256");
    });

    private ValueTask ListCommands(CommandContext context, CancellationToken ct) => Replies.Write(context, reply =>
    {
        var commands = reply.Begin("commands"u8);
        foreach (var name in CommandNames) Empty(reply, System.Text.Encoding.ASCII.GetBytes(name));
        reply.End(commands);
    });

    private static void Empty(BsonBuffer reply, ReadOnlySpan<byte> name) => reply.End(reply.Begin(name));

    private static ReadOnlyMemory<byte> Start(ReadOnlyMemory<byte> body)
    {
        var view = new BsonView(body.Span);
        return view.MoveTo("speculativeAuthenticate"u8) && view.Type == BsonType.Document ? body.Slice(view.ValueOffset, view.Value.Length) : default;
    }
}
