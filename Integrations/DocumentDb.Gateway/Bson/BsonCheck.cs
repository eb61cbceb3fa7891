using System.Buffers.Binary;

namespace DocumentDb.Gateway.Bson;

/// <summary>Checks the structure of documents from clients, because the engine does not check them.</summary>
internal static class BsonCheck
{
    /// <summary>The maximum nesting of documents and arrays, which is MongoDB's default.</summary>
    public const int DepthMax = 200;

    public static BsonFault Check(ReadOnlySpan<byte> document, int depth = 1)
    {
        if (depth > DepthMax) return BsonFault.TooDeep;
        var view = new BsonView(document);
        while (view.MoveNext())
        {
            if (view.Type is not (BsonType.Document or BsonType.Array or BsonType.JavaScriptWithScope)) continue;
            var inner = view.Value;
            if (view.Type == BsonType.JavaScriptWithScope) inner = inner[(8 + BinaryPrimitives.ReadInt32LittleEndian(inner[4..]))..];
            if (Check(inner, depth + 1) is not BsonFault.None and var fault) return fault;
        }
        return view.IsMalformed ? BsonFault.Malformed : BsonFault.None;
    }
}
