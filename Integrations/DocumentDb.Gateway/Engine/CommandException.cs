namespace DocumentDb.Gateway.Engine;

/// <summary>A failed command; its code and message are the client's reply.</summary>
internal class CommandException(int code, string message, Exception? cause = null) : Exception(message, cause)
{
    public int Code { get; } = code;

    /// <summary>Whether the engine rejected this statement only: the engine is neither unavailable nor too busy, and a retry does not help.</summary>
    public bool IsOfStatement => InnerException is Npgsql.PostgresException && Code is not (ErrorCodes.WriteConflict or ErrorCodes.MaxTimeExpired
        or ErrorCodes.LockTimeout or ErrorCodes.ShutdownInProgress or ErrorCodes.ExceededTimeLimit or ErrorCodes.OutOfDiskSpace);
}
