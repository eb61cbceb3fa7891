using DocumentDb.Gateway.Engine;

namespace DocumentDb.Gateway.Sessions;

internal enum TransactionState
{
    Open,
    Committed,
    Aborted,

    /// <summary>The engine was lost during the commit; the outcome is looked up when the client retries the commit.</summary>
    Unknown,
}
