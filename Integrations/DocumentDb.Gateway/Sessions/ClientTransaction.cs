using DocumentDb.Gateway.Engine;

namespace DocumentDb.Gateway.Sessions;

/// <summary>A session's last transaction.</summary>
internal sealed class ClientTransaction
{
    /// <summary>Ensures that one command runs at a time.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    /// <summary>The transaction's number, which increases within the session.</summary>
    public long Number { get; set; } = -1;

    public TransactionState State { get; set; } = TransactionState.Aborted;

    /// <summary>The connection that the transaction holds while it is open.</summary>
    public EngineSession? Session { get; set; }

    /// <summary>The engine's transaction id, set before the commit; null if the transaction wrote nothing.</summary>
    public string? EngineId { get; set; }

    /// <summary>When the last command ended, on the clock of <see cref="Environment.TickCount64"/> (milliseconds).</summary>
    public long UsedAt { get; set; } = Environment.TickCount64;
}
