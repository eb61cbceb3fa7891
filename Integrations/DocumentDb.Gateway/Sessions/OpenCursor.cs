using DocumentDb.Gateway.Engine;

namespace DocumentDb.Gateway.Sessions;

/// <summary>A cursor between two of its pages.</summary>
/// <param name="Owner">Who opened it; nobody else may read on.</param>
/// <param name="Database">The database that it was opened in.</param>
/// <param name="Continuation">What the engine needs to go on; its rows lie in a file there, or it is a place in a collection.</param>
internal sealed record OpenCursor(string Owner, string Database, byte[] Continuation)
{
    /// <summary>When it was last used, on the clock of <see cref="Environment.TickCount64"/>.</summary>
    public long UsedAt { get; } = Environment.TickCount64;
}
