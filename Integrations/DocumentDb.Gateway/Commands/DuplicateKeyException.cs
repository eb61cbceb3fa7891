using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Wire;
using static DocumentDb.Gateway.Engine.EngineSession;

namespace DocumentDb.Gateway.Commands;

/// <summary>A duplicate key error with the additional elements of its reply.</summary>
internal sealed class DuplicateKeyException(string message, ReadOnlyMemory<byte> detail, ReadOnlyMemory<byte> values, Exception cause)
    : CommandException(ErrorCodes.DuplicateKey, message, cause)
{
    /// <summary>The elements <c>keyPattern</c> and <c>keyValue</c>, ready to append.</summary>
    public ReadOnlyMemory<byte> Detail { get; } = detail;

    /// <inheritdoc cref="DuplicateKey.Values"/>
    public ReadOnlyMemory<byte> Values { get; } = values;
}
