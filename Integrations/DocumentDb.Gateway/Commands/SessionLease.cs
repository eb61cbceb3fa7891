using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Sessions;
using DocumentDb.Gateway.Wire;

namespace DocumentDb.Gateway.Commands;

internal readonly record struct SessionLease(EngineSession Session, bool IsOwned) : IAsyncDisposable
{
    /// <inheritdoc cref="EngineSession.CompleteAsync"/>
    public ValueTask CompleteAsync(CancellationToken ct) => IsOwned ? Session.CompleteAsync(ct) : default;

    public ValueTask DisposeAsync() => IsOwned ? Session.DisposeAsync() : default;
}
