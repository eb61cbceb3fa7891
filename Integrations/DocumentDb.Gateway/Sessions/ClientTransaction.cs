using DocumentDb.Gateway.Engine;

namespace DocumentDb.Gateway.Sessions;

/// <summary>The last transaction of a session.</summary>
internal sealed class ClientTransaction
{
    /// <summary>One command at a time.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    /// <summary>Its number within the session; they grow.</summary>
    public long Number { get; set; } = -1;

    public TransactionState State { get; set; } = TransactionState.Aborted;

    /// <summary>The connection that it has to itself while it is open.</summary>
    public EngineSession? Session { get; set; }

    /// <summary>The engine's id of it, once it is to be committed; null where it wrote nothing.</summary>
    public string? EngineId { get; set; }

    /// <summary>When its last command ended, on the clock of <see cref="Environment.TickCount64"/>.</summary>
    public long UsedAt { get; set; } = Environment.TickCount64;
}
