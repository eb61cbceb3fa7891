using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Sessions;

namespace DocumentDb.Gateway.Commands;

/// <summary>A command as the table knows it.</summary>
/// <param name="Handler">Runs it.</param>
/// <param name="NeedsLogin">Only for users who have logged in.</param>
/// <param name="FitsTransaction">May be part of a transaction.</param>
internal sealed record Command(CommandHandler Handler, bool NeedsLogin = true, bool FitsTransaction = false)
{
    /// <summary>The arguments that may come as sections of documents.</summary>
    public IReadOnlyList<string> Sections { get; init; } = [];

    /// <summary>Tried again after a conflict with another command: all that it does, it does in one transaction of the engine.</summary>
    public bool RetriesConflicts { get; init; }
}
