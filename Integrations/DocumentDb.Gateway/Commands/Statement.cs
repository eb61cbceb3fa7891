using DocumentDb.Gateway.Bson;

namespace DocumentDb.Gateway.Commands;

/// <summary>One document of an insert, or one statement of an update: where the values of a key come from.</summary>
/// <param name="Document">The inserted document, or the replacement or update.</param>
/// <param name="Filter">The filter of an update: an upsert takes its equalities over. Empty for an insert.</param>
internal readonly record struct Statement(ReadOnlyMemory<byte> Document, ReadOnlyMemory<byte> Filter)
{
    /// <summary>A document to insert, or <c>{ q, u }</c>.</summary>
    public static Statement Of(ReadOnlyMemory<byte> document)
        => Inner(document, "q"u8) is { IsEmpty: false } filter && Inner(document, "u"u8) is { IsEmpty: false } update
            ? new(update, filter) : new(document, default);

    /// <summary>The update of a findAndModify command.</summary>
    public static Statement OfFindAndModify(ReadOnlyMemory<byte> body) => new(Inner(body, "update"u8), Inner(body, "query"u8));

    /// <summary>The type and the value of a field by its dotted path; null where the command does not give it.</summary>
    public byte Find(ReadOnlySpan<byte> path, out ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<ReadOnlyMemory<byte>> places = [Inner(Document, "$set"u8), Inner(Document, "$setOnInsert"u8), Document, Filter];
        foreach (var place in places)
            if (!place.IsEmpty && TryFind(place.Span, path, out var type, out value)) return type;
        value = default;
        return BsonType.Null;
    }

    private static bool TryFind(ReadOnlySpan<byte> document, ReadOnlySpan<byte> path, out byte type, out ReadOnlySpan<byte> value)
    {
        var view = new BsonView(document);
        while (view.MoveNext())
        {
            if (view.Name.SequenceEqual(path))
            {
                type = view.Type;
                value = view.Value;
                return true;
            }
            if (view.Type == BsonType.Document && path.Length > view.Name.Length && path[view.Name.Length] == '.' && path.StartsWith(view.Name)
                && TryFind(view.Value, path[(view.Name.Length + 1)..], out type, out value)) return true;
        }
        type = 0;
        value = default;
        return false;
    }

    private static ReadOnlyMemory<byte> Inner(ReadOnlyMemory<byte> document, ReadOnlySpan<byte> name)
    {
        if (document.IsEmpty) return default;
        var view = new BsonView(document.Span);
        return view.MoveTo(name) && view.Type == BsonType.Document ? document.Slice(view.ValueOffset, view.Value.Length) : default;
    }
}
