namespace DocumentDb.Gateway.Engine;

/// <summary>A command failed; the client gets this as its reply.</summary>
internal class CommandException(int code, string message, Exception? cause = null) : Exception(message, cause)
{
    public int Code { get; } = code;

    /// <summary>The engine refused the statement, and would another one not: it is neither away nor too busy, and nothing has to be tried again.</summary>
    public bool IsOfStatement => InnerException is Npgsql.PostgresException && Code is not (ErrorCodes.WriteConflict or ErrorCodes.MaxTimeExpired
        or ErrorCodes.LockTimeout or ErrorCodes.ShutdownInProgress or ErrorCodes.ExceededTimeLimit or ErrorCodes.OutOfDiskSpace);
}
