using DocumentDb.Gateway.Engine;

namespace DocumentDb.Gateway.Sessions;

/// <summary>How far a transaction is.</summary>
internal enum TransactionState
{
    Open,
    Committed,
    Aborted,

    /// <summary>The engine went away during the commit: what became of it is asked when the client asks again.</summary>
    Unknown,
}
