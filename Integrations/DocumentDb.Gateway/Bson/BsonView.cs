using System.Buffers.Binary;
using System.Text;

namespace DocumentDb.Gateway.Bson;

/// <summary>
/// Walks the elements of one BSON document in place, without a copy or a tree. Lengths are checked against the available bytes, so a malformed document ends
/// the walk (see <see cref="IsMalformed"/>) and nothing beyond it is read.
/// </summary>
internal ref struct BsonView
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _next;

    /// <summary>Begins before the first element of a document, which includes its four length bytes.</summary>
    public BsonView(ReadOnlySpan<byte> document)
    {
        _next = 4;
        if (document.Length >= 5 && BinaryPrimitives.ReadInt32LittleEndian(document) == document.Length && document[^1] == 0) _bytes = document[..^1];
        else IsMalformed = true;
    }

    public byte Type { get; private set; }

    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The current element's raw value, including length prefixes.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>The offset of the value, in bytes from the document's start.</summary>
    public int ValueOffset { get; private set; }

    /// <summary>The whole current element: type, name and value.</summary>
    public ReadOnlySpan<byte> Element { get; private set; }

    /// <summary>Whether the walk ended before the document's end.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Moves to the next element; false at the end, or if the document is malformed.</summary>
    public bool MoveNext()
    {
        if (IsMalformed || _next >= _bytes.Length) return false;
        var rest = _bytes[_next..];
        var name = rest[1..];
        var nameLength = name.IndexOf((byte)0);
        if (nameLength < 0) return Fail();
        var value = name[(nameLength + 1)..];
        var length = ValueLength(rest[0], value);
        if (length < 0) return Fail();
        Type = rest[0];
        Name = name[..nameLength];
        Value = value[..length];
        ValueOffset = _next + nameLength + 2;
        Element = rest[..(nameLength + 2 + length)];
        _next += Element.Length;
        return true;
    }

    /// <summary>Moves to the first element with the name; false if there is none.</summary>
    public bool MoveTo(ReadOnlySpan<byte> name)
    {
        while (MoveNext())
            if (Name.SequenceEqual(name)) return true;
        return false;
    }

    /// <summary>Gets the text of a string; null for any other type.</summary>
    public readonly string? AsString() => Type == BsonType.String ? Encoding.UTF8.GetString(Value[4..^1]) : null;

    /// <summary>Gets a number of any type that is a whole number of 64 bits; null otherwise.</summary>
    public readonly long? AsInt64() => Type switch
    {
        BsonType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(Value),
        BsonType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(Value),
        BsonType.Double when BinaryPrimitives.ReadDoubleLittleEndian(Value) is var d && double.IsInteger(d) && Math.Abs(d) < 9e18 => (long)d,
        _ => null,
    };

    /// <summary>Whether the value counts as true: a true boolean, or a nonzero number.</summary>
    public readonly bool IsTrue => Type == BsonType.Boolean ? Value[0] != 0 : AsInt64() is not (null or 0);

    /// <summary>Gets the content of a binary value; empty for any other type.</summary>
    public readonly ReadOnlySpan<byte> AsBinary() => Type == BsonType.Binary ? Value[5..] : default;

    private bool Fail()
    {
        IsMalformed = true;
        return false;
    }

    /// <summary>Gets the length of a value in bytes; -1 if its type is unknown or it exceeds the remaining bytes.</summary>
    private static int ValueLength(byte type, ReadOnlySpan<byte> rest)
    {
        var length = type switch
        {
            BsonType.Double or BsonType.DateTime or BsonType.Timestamp or BsonType.Int64 => 8L,
            BsonType.Int32 => 4,
            BsonType.Boolean => rest.Length > 0 && rest[0] <= 1 ? 1 : -1,
            BsonType.ObjectId => 12,
            BsonType.Decimal128 => 16,
            BsonType.Undefined or BsonType.Null or BsonType.MinKey or BsonType.MaxKey => 0,
            BsonType.String or BsonType.JavaScript or BsonType.Symbol => StringLength(rest),
            BsonType.Document or BsonType.Array => DocumentLength(rest),
            BsonType.Binary => Prefix(rest) is >= 0 and var size ? size + 5L : -1,
            BsonType.Regex => RegexLength(rest),
            BsonType.DbPointer => StringLength(rest) is > 0 and var size ? size + 12L : -1,
            BsonType.JavaScriptWithScope => ScopeLength(rest),
            _ => -1,
        };
        return length <= rest.Length ? (int)length : -1;
    }

    private static int Prefix(ReadOnlySpan<byte> rest) => rest.Length < 4 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(rest);

    private static long StringLength(ReadOnlySpan<byte> rest)
        => Prefix(rest) is >= 1 and var size && size <= rest.Length - 4 && rest[4 + size - 1] == 0 ? size + 4L : -1;

    private static long DocumentLength(ReadOnlySpan<byte> rest)
        => Prefix(rest) is >= 5 and var size && size <= rest.Length && rest[size - 1] == 0 ? size : -1;

    private static long RegexLength(ReadOnlySpan<byte> rest)
    {
        var pattern = rest.IndexOf((byte)0);
        if (pattern < 0) return -1;
        var options = rest[(pattern + 1)..].IndexOf((byte)0);
        return options < 0 ? -1 : pattern + options + 2;
    }

    private static long ScopeLength(ReadOnlySpan<byte> rest)
    {
        var total = Prefix(rest);
        if (total < 14 || total > rest.Length) return -1;
        var code = StringLength(rest[4..total]);
        return code > 0 && DocumentLength(rest[(4 + (int)code)..total]) == total - 4 - code ? total : -1;
    }
}
