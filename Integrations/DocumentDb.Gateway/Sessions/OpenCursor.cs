using DocumentDb.Gateway.Engine;

namespace DocumentDb.Gateway.Sessions;

/// <summary>A cursor between two of its pages.</summary>
/// <param name="Owner">The user who opened the cursor; only this user may read it.</param>
/// <param name="Database">The database that the cursor was opened in.</param>
/// <param name="Continuation">The engine's state for the next page: rows in a file on its server, or a position in a collection.</param>
internal sealed record OpenCursor(string Owner, string Database, byte[] Continuation)
{
    /// <summary>When the cursor was last used, on the clock of <see cref="Environment.TickCount64"/> (milliseconds).</summary>
    public long UsedAt { get; } = Environment.TickCount64;
}
