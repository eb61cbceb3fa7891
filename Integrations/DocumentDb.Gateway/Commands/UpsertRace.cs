using System.Buffers.Binary;
using DocumentDb.Gateway.Bson;
using DocumentDb.Gateway.Wire;

namespace DocumentDb.Gateway.Commands;

/// <summary>
/// Detects a lost upsert race: two upserts look for the same unique key, neither finds it, and the second insert fails. MongoDB retries the second one, which
/// then finds the document of the first.
/// </summary>
internal static class UpsertRace
{
    /// <summary>Returns whether the command is a single upsert that looked for the key that turned out to exist.</summary>
    /// <param name="request">A command update or findAndModify.</param>
    /// <param name="values">The duplicate key, as in <see cref="DuplicateKey.Values"/>.</param>
    public static bool IsLost(CommandRequest request, ReadOnlySpan<byte> values)
    {
        if (values.IsEmpty) return false;
        var statement = request.Name == "update" ? OnlyStatement(request) : request.Body.Span;
        ReadOnlySpan<byte> filter = default;
        var (isUpsert, isMulti) = (false, false);
        var view = new BsonView(statement);
        while (view.MoveNext())
        {
            if (view.Name.SequenceEqual("q"u8) || view.Name.SequenceEqual("query"u8)) filter = view.Value;
            else if (view.Name.SequenceEqual("upsert"u8)) isUpsert = view.IsTrue;
            else if (view.Name.SequenceEqual("multi"u8)) isMulti = view.IsTrue;
        }
        return isUpsert && !isMulti && KeyValues.AreIn(filter, values);
    }

    private static ReadOnlySpan<byte> OnlyStatement(CommandRequest request)
    {
        var sequence = request.Sequence.Span;
        if (sequence.Length > 0) return BinaryPrimitives.ReadInt32LittleEndian(sequence) == sequence.Length ? sequence : default;
        var view = new BsonView(request.Body.Span);
        if (!view.MoveTo("updates"u8)) return default;
        var entries = new BsonView(view.Value);
        return entries.MoveNext() && entries.Value is var only && !entries.MoveNext() ? only : default;
    }
}
