using System.Globalization;
using System.Text;
using DocumentDb.Gateway.Bson;

namespace DocumentDb.Gateway.Commands;

/// <summary>Extracts a document's values in an index.</summary>
internal static class KeyValues
{
    private const int EntriesMax = 1_000;

    /// <summary>
    /// Gets a document's index entries, each as a document with the fields of the index's key: one entry, or one for each element if a field is an array.
    /// </summary>
    public static List<byte[]> Of(ReadOnlySpan<byte> document, ReadOnlySpan<byte> key)
    {
        List<byte[]> entries = [[]]; // elements without an enclosing document
        var fields = new BsonView(key);
        while (fields.MoveNext())
        {
            List<byte[]> values = [];
            Collect(document, fields.Name, fields.Name, values);
            List<byte[]> longer = [];
            foreach (var entry in entries)
                foreach (var value in values)
                    if (longer.Count < EntriesMax) longer.Add([.. entry, .. value]);
            entries = longer;
        }
        return entries.ConvertAll(static entry => Document(entry));
    }

    /// <summary>Gets the first of a document's entries that another document also has; otherwise its first.</summary>
    public static byte[] Shared(List<byte[]> entries, ReadOnlySpan<byte> other, ReadOnlySpan<byte> key)
    {
        var others = Of(other, key);
        return entries.Find(entry => others.Exists(o => o.AsSpan().SequenceEqual(entry))) ?? entries[0];
    }

    /// <summary>Returns whether a filter requires every value of an entry for its field.</summary>
    public static bool AreIn(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> entry)
    {
        var fields = new BsonView(entry);
        while (fields.MoveNext())
        {
            var view = new BsonView(filter);
            if (!view.MoveTo(fields.Name) || view.Type != fields.Type || !view.Value.SequenceEqual(fields.Value)) return false;
        }
        return true;
    }

    // Adds the elements at a path, each under the name of the whole path.
    private static void Collect(ReadOnlySpan<byte> container, ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, List<byte[]> values)
    {
        var dot = path.IndexOf((byte)'.');
        var view = new BsonView(container);
        if (!view.MoveTo(dot < 0 ? path : path[..dot])) Add(values, name, BsonType.Null, default);
        else if (dot < 0 && view.Type == BsonType.Array) CollectElements(view.Value, default, name, values);
        else if (dot < 0) Add(values, name, view.Type, view.Value);
        else if (view.Type == BsonType.Document) Collect(view.Value, path[(dot + 1)..], name, values);
        else if (view.Type == BsonType.Array) CollectElements(view.Value, path[(dot + 1)..], name, values);
        else Add(values, name, BsonType.Null, default);
    }

    private static void CollectElements(ReadOnlySpan<byte> array, ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, List<byte[]> values)
    {
        var before = values.Count;
        var view = new BsonView(array);
        while (view.MoveNext())
        {
            if (path.IsEmpty) Add(values, name, view.Type, view.Value);
            else if (view.Type == BsonType.Document) Collect(view.Value, path, name, values);
        }
        if (values.Count == before) Add(values, name, path.IsEmpty ? BsonType.Undefined : BsonType.Null, default);
    }

    private static void Add(List<byte[]> values, ReadOnlySpan<byte> name, byte type, ReadOnlySpan<byte> value)
    {
        byte[] element = [type, .. name, 0, .. value];
        if (values.Count < EntriesMax && !values.Exists(v => v.AsSpan().SequenceEqual(element))) values.Add(element);
    }

    private static byte[] Document(ReadOnlySpan<byte> elements) => [.. BitConverter.GetBytes(elements.Length + 5), .. elements, 0];
}
