using System.Buffers.Binary;

namespace DocumentDb.Gateway.Bson;

/// <summary>Checks the structure of documents that come from outside: the engine takes them as they are.</summary>
internal static class BsonCheck
{
    /// <summary>Documents and arrays within each other, as MongoDB allows them by default.</summary>
    public const int DepthMax = 200;

    /// <summary>Walks a document with all that is in it.</summary>
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
