using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Sessions;
using static DocumentDb.Gateway.Engine.EngineSession;

namespace DocumentDb.Gateway.Commands;

/// <summary>Corrects the engine's replies to findAndModify where they differ from MongoDB's.</summary>
internal static class FindAndModifyReply
{
    /// <summary>
    /// Corrects in place the reply of an update that left its document unchanged. The engine reports it as not found: <c>n: 0, updatedExisting: false</c>.
    /// </summary>
    public static void Correct(Span<byte> reply)
    {
        var view = new BsonView(reply);
        var (outcome, isFound) = ((Range?)null, false);
        while (view.MoveNext())
        {
            if (view.Name.SequenceEqual("value"u8)) isFound = view.Type == BsonType.Document;
            else if (view.Name.SequenceEqual("lastErrorObject"u8)) outcome = view.ValueOffset..(view.ValueOffset + view.Value.Length);
        }
        if (!isFound || outcome is not { } range) return;
        var (n, updated) = (-1, -1);
        var inner = new BsonView(reply[range]);
        while (inner.MoveNext())
        {
            if (inner.Name.SequenceEqual("n"u8) && inner.Type == BsonType.Int32 && inner.AsInt64() == 0) n = inner.ValueOffset;
            else if (inner.Name.SequenceEqual("updatedExisting"u8) && inner.Type == BsonType.Boolean) updated = inner.ValueOffset;
        }
        if (n < 0 || updated < 0) return;
        reply[range][n] = 1;
        reply[range][updated] = 1;
    }
}
