using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Sessions;

namespace DocumentDb.Gateway.Commands;

/// <summary>Writes the reply of one command.</summary>
internal delegate ValueTask CommandHandler(CommandContext context, CancellationToken ct);
