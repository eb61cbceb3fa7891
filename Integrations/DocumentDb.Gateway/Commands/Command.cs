using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Sessions;

namespace DocumentDb.Gateway.Commands;

/// <summary>A command in the dispatcher's table.</summary>
/// <param name="Handler">Runs the command.</param>
/// <param name="NeedsLogin">Whether the command requires a login.</param>
/// <param name="FitsTransaction">Whether the command may be part of a transaction.</param>
internal sealed record Command(CommandHandler Handler, bool NeedsLogin = true, bool FitsTransaction = false)
{
    /// <summary>The arguments that may be sent as document sections.</summary>
    public IReadOnlyList<string> Sections { get; init; } = [];

    /// <summary>Whether the command is retried after a conflict with another one. It must do all its work in one engine transaction.</summary>
    public bool RetriesConflicts { get; init; }
}
