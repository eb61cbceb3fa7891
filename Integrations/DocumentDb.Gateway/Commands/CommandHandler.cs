using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Sessions;

namespace DocumentDb.Gateway.Commands;

/// <summary>Runs one command and writes its reply.</summary>
internal delegate ValueTask CommandHandler(CommandContext context, CancellationToken ct);
