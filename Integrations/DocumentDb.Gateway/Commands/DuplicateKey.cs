using System.Text;
using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Wire;
using static DocumentDb.Gateway.Engine.EngineSession;

namespace DocumentDb.Gateway.Commands;

/// <summary>A duplicate key in an index.</summary>
/// <param name="Index">The index's name.</param>
/// <param name="Key">The index's key, such as <c>{ email: 1 }</c>.</param>
/// <param name="Values">The duplicate values, each under its field's name; empty if unknown.</param>
internal readonly record struct DuplicateKey(string Index, ReadOnlyMemory<byte> Key, ReadOnlyMemory<byte> Values)
{
    /// <summary>Writes keyPattern and keyValue, and returns the error text.</summary>
    public string Write(BsonBuffer reply, string ns)
    {
        var text = new StringBuilder($"E11000 duplicate key error collection: {ns} index: {Index}");
        reply.Value("keyPattern"u8, BsonType.Document, Key.Span);
        if (Values.IsEmpty) return text.ToString();
        reply.Value("keyValue"u8, BsonType.Document, Values.Span);
        return text.Append(" dup key: ").Append(ValueText.Of(BsonType.Document, Values.Span)).ToString();
    }

    /// <summary>Creates the error of a command that fails as a whole.</summary>
    public DuplicateKeyException ToException(string ns, Exception cause)
    {
        using var detail = new BsonBuffer();
        var text = Write(detail, ns);
        return new DuplicateKeyException(text, detail.Written.ToArray(), Values, cause);
    }
}
