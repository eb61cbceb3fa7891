using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace MongoDB.Bson.IO;

/// <summary>
/// Reads BSON forward. All lengths are checked against the document around them before anything is allocated; what breaks bsonspec.org (version 1.1), nests
/// deeper than 100 levels or is not valid UTF-8 is a <see cref="FormatException"/>.
/// </summary>
/// <remarks>Use: <c>ReadStartDocument</c>, then <c>ReadBsonType</c>, <c>ReadName</c> and the value's method until <c>EndOfDocument</c>, then
/// <c>ReadEndDocument</c>.</remarks>
public sealed class BsonBinaryReader : IDisposable
{
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private readonly Stream? _stream;
    private ReadOnlyMemory<byte> _bytes;
    private int _position;
    private int _nameStart;
    private int _nameLength;
    private int _depth;
    private int _end;
    private int[] _ends = new int[8];
    private bool _valuePending;

    /// <summary>Over a stream; each top-level document is read whole when it starts, 16 MiB at most.</summary>
    public BsonBinaryReader(Stream stream) => _stream = stream ?? throw new ArgumentNullException(nameof(stream));

    /// <summary>Over bytes that hold one document after the other.</summary>
    internal BsonBinaryReader(ReadOnlyMemory<byte> bytes) => (_bytes, _end) = (bytes, bytes.Length);

    /// <summary>The type of the value that comes next.</summary>
    public BsonType CurrentBsonType { get; private set; } = BsonType.Document;

    /// <summary>Bytes from the start of the first document.</summary>
    internal int Position => _position;

    private ReadOnlySpan<byte> Span => _bytes.Span;

    /// <summary>Does nothing: the reader owns no resources, and the stream is its opener's.</summary>
    public void Dispose() { }

    /// <summary>From here on other bytes, from their start.</summary>
    internal void Reset(ReadOnlyMemory<byte> bytes)
    {
        (_bytes, _end, _position, _depth, _valuePending) = (bytes, bytes.Length, 0, 0, false);
        CurrentBsonType = BsonType.Document;
    }

    /// <summary>Back to the start of the same bytes.</summary>
    internal void Rewind() => Reset(_bytes);

    /// <summary>Enters a document.</summary>
    public void ReadStartDocument()
    {
        if (_depth == 0)
        {
            if (_stream is not null) FillFromStream(_stream);
            CurrentBsonType = BsonType.Document;
        }
        else
        {
            Expect(BsonType.Document);
        }

        Enter();
    }

    /// <summary>Leaves it; all elements must have been read.</summary>
    public void ReadEndDocument() => Leave();

    /// <summary>Enters an array; its elements' names are ignored.</summary>
    public void ReadStartArray()
    {
        Expect(BsonType.Array);
        Enter();
    }

    /// <summary>Leaves it.</summary>
    public void ReadEndArray() => Leave();

    /// <summary>Goes to the next element and says its type, or <see cref="BsonType.EndOfDocument"/>.</summary>
    public BsonType ReadBsonType()
    {
        if (_depth == 0) throw new InvalidOperationException("ReadBsonType is for elements: start a document first.");
        if (_valuePending || _position >= _end) throw new InvalidOperationException("The value before has not been read, or the document has ended.");
        var span = Span;
        var type = (BsonType)span[_position++];
        if (type == BsonType.EndOfDocument)
        {
            if (_position != _end) throw new FormatException("A document ends before its length.");
            return CurrentBsonType = type;
        }

        var known = type is > BsonType.EndOfDocument and <= BsonType.Decimal128 or BsonType.MinKey or BsonType.MaxKey;
        if (!known) throw new FormatException($"Detected unknown BSON type 0x{(int)type:x2}.");
        CurrentBsonType = type;
        _nameStart = _position;
        _nameLength = CStringLength(span);
        _position += _nameLength + 1;
        _valuePending = true;
        return type;
    }

    /// <summary>The name of the element.</summary>
    public string ReadName() => NameCache.Get(NameUtf8);

    /// <summary>The name's bytes.</summary>
    internal ReadOnlySpan<byte> NameUtf8 => Span.Slice(_nameStart, _nameLength);

    /// <summary>Passes over the value; what is inside a document or array is not checked.</summary>
    public void SkipValue() => Skip(ValueLength());

    /// <summary>Reads a bool.</summary>
    public bool ReadBoolean() => Take(BsonType.Boolean, 1)[0] switch
    {
        0 => false,
        1 => true,
        var other => throw new FormatException($"Invalid BsonBoolean value: {other}."),
    };

    /// <summary>Reads an Int32.</summary>
    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(BsonType.Int32, 4));

    /// <summary>Reads an Int64.</summary>
    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(BsonType.Int64, 8));

    /// <summary>Reads a double.</summary>
    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(Take(BsonType.Double, 8));

    /// <summary>Reads a date, milliseconds since 1970.</summary>
    public long ReadDateTime() => BinaryPrimitives.ReadInt64LittleEndian(Take(BsonType.DateTime, 8));

    /// <summary>Reads a timestamp.</summary>
    public long ReadTimestamp() => BinaryPrimitives.ReadInt64LittleEndian(Take(BsonType.Timestamp, 8));

    /// <summary>Reads a Decimal128.</summary>
    public Decimal128 ReadDecimal128()
    {
        var bytes = Take(BsonType.Decimal128, 16);
        return Decimal128.FromIEEEBits(BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes));
    }

    /// <summary>Reads an ObjectId.</summary>
    public ObjectId ReadObjectId() => new(Take(BsonType.ObjectId, ObjectId.Size));

    /// <summary>Reads text.</summary>
    public string ReadString() => TextOf(BsonType.String);

    /// <summary>Reads a symbol.</summary>
    public string ReadSymbol() => TextOf(BsonType.Symbol);

    /// <summary>Reads code.</summary>
    public string ReadJavaScript() => TextOf(BsonType.JavaScript);

    /// <summary>Reads null.</summary>
    public void ReadNull() => Expect(BsonType.Null);

    /// <summary>Reads undefined.</summary>
    public void ReadUndefined() => Expect(BsonType.Undefined);

    /// <summary>Reads the lowest value.</summary>
    public void ReadMinKey() => Expect(BsonType.MinKey);

    /// <summary>Reads the highest value.</summary>
    public void ReadMaxKey() => Expect(BsonType.MaxKey);

    /// <summary>Reads bytes of the general subtype.</summary>
    public byte[] ReadBytes()
    {
        var bytes = BinaryOf(out var subType);
        return subType is BsonBinarySubType.Binary or BsonBinarySubType.OldBinary
            ? bytes.ToArray()
            : throw new FormatException($"ReadBytes requires the binary sub type to be Binary, not {subType}.");
    }

    /// <summary>Reads bytes with their subtype.</summary>
    public BsonBinaryData ReadBinaryData()
    {
        var bytes = BinaryOf(out var subType);
        return new BsonBinaryData(bytes.ToArray(), subType);
    }

    /// <summary>Reads a pattern with its options.</summary>
    public BsonRegularExpression ReadRegularExpression()
    {
        Expect(BsonType.RegularExpression);
        var pattern = CString();
        return new BsonRegularExpression(pattern, CString());
    }

    /// <summary>The value, whatever it is, as an object.</summary>
    internal BsonValue ReadValue()
    {
        switch (CurrentBsonType)
        {
            case BsonType.Double: return new BsonDouble(ReadDouble());
            case BsonType.String: return new BsonString(ReadString());
            case BsonType.Document: return BsonDocument.ReadFrom(this);
            case BsonType.Array: return BsonArray.ReadFrom(this);
            case BsonType.Binary: return ReadBinaryData();
            case BsonType.ObjectId: return new BsonObjectId(ReadObjectId());
            case BsonType.Boolean: return (BsonBoolean)ReadBoolean();
            case BsonType.DateTime: return new BsonDateTime(ReadDateTime());
            case BsonType.RegularExpression: return ReadRegularExpression();
            case BsonType.JavaScript: return new BsonJavaScript(ReadJavaScript());
            case BsonType.Symbol: return new BsonSymbol(ReadSymbol());
            case BsonType.Int32: return (BsonInt32)ReadInt32();
            case BsonType.Timestamp: return new BsonTimestamp(ReadTimestamp());
            case BsonType.Int64: return new BsonInt64(ReadInt64());
            case BsonType.Decimal128: return new BsonDecimal128(ReadDecimal128());
            case BsonType.JavaScriptWithScope: return JavaScriptWithScope();
            case BsonLimits.DbPointer:
                Expect(BsonLimits.DbPointer);
                var collection = Text();
                return new BsonDbPointer(collection, new ObjectId(Take(ObjectId.Size)));
        }

        var type = CurrentBsonType;
        Expect(type);
        return type switch
        {
            BsonType.Null => BsonNull.Value,
            BsonType.Undefined => BsonUndefined.Value,
            BsonType.MinKey => BsonMinKey.Value,
            _ => BsonMaxKey.Value,
        };
    }

    /// <summary>The bytes of the document or array that comes next (or of a top-level document), and goes on behind it.</summary>
    internal ReadOnlyMemory<byte> ReadRawDocument()
    {
        if (_depth > 0 && CurrentBsonType is not (BsonType.Document or BsonType.Array)) Expect(BsonType.Document);
        var start = _position;
        Skip(DocumentLength());
        return _bytes[start.._position];
    }

    /// <summary>Whether there is another top-level document behind the last one.</summary>
    internal bool AtEnd => _position >= _bytes.Length;

    /// <summary>Checks length and terminator of bytes that are to be one document; what is inside is not checked.</summary>
    internal static void CheckDocument(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < BsonLimits.DocumentBytesMin || BinaryPrimitives.ReadInt32LittleEndian(bytes) != bytes.Length || bytes[^1] != 0)
        {
            throw new FormatException("The bytes are not one BSON document.");
        }
    }

    private BsonJavaScriptWithScope JavaScriptWithScope()
    {
        Expect(BsonType.JavaScriptWithScope);
        var start = _position;
        var length = Int32();
        var code = Text();
        CurrentBsonType = BsonType.Document;
        _valuePending = true;
        var scope = BsonDocument.ReadFrom(this);
        if (_position - start != length) throw new FormatException("The length of code with scope is wrong.");
        return new BsonJavaScriptWithScope(code, scope);
    }

    private void FillFromStream(Stream stream)
    {
        var head = new byte[4];
        stream.ReadExactly(head);
        var length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length is < BsonLimits.DocumentBytesMin or > BsonLimits.DocumentBytesMax) throw new FormatException($"Size {length} is not valid for a document.");
        // The stream may claim more than it has: what is allocated grows with what has come.
        var bytes = new byte[Math.Min(length, 64 * 1024)];
        head.CopyTo(bytes, 0);
        for (var filled = 4; filled < length;)
        {
            if (filled == bytes.Length) Array.Resize(ref bytes, (int)Math.Min(length, bytes.Length * 2L));
            var read = stream.Read(bytes, filled, bytes.Length - filled);
            if (read == 0) throw new EndOfStreamException();
            filled += read;
        }

        Reset(bytes);
    }

    private int DocumentLength()
    {
        var length = _end - _position >= 4 ? BinaryPrimitives.ReadInt32LittleEndian(Span[_position..]) : 0;
        if (length < BsonLimits.DocumentBytesMin || length > _end - _position || Span[_position + length - 1] != 0)
        {
            throw new FormatException("The length of a document is wrong.");
        }

        return length;
    }

    private void Enter()
    {
        var length = DocumentLength();
        if (_depth == BsonLimits.DepthMax) throw new FormatException($"The document nests deeper than {BsonLimits.DepthMax} levels.");
        if (_depth == _ends.Length) Array.Resize(ref _ends, _depth * 2);
        _ends[_depth++] = _end;
        _end = _position + length;
        _position += 4;
        _valuePending = false;
    }

    private void Leave()
    {
        if (_depth == 0 || CurrentBsonType != BsonType.EndOfDocument) throw new InvalidOperationException("The document has elements that have not been read.");
        _end = _ends[--_depth];
        _valuePending = false;
        CurrentBsonType = BsonType.Document;
    }

    private int ValueLength() => CurrentBsonType switch
    {
        BsonType.Double or BsonType.DateTime or BsonType.Timestamp or BsonType.Int64 => 8,
        BsonType.Int32 => 4,
        BsonType.Boolean => 1,
        BsonType.ObjectId => ObjectId.Size,
        BsonType.Decimal128 => 16,
        BsonType.Document or BsonType.Array => DocumentLength(),
        BsonType.String or BsonType.JavaScript or BsonType.Symbol => checked(4 + PeekLength(1)),
        BsonLimits.DbPointer => checked(4 + PeekLength(1) + ObjectId.Size),
        BsonType.Binary => checked(5 + PeekLength(0)),
        BsonType.JavaScriptWithScope => PeekLength(14),
        BsonType.RegularExpression => RegularExpressionLength(),
        _ => 0,
    };

    private int PeekLength(int min)
    {
        var length = _end - _position > 4 ? BinaryPrimitives.ReadInt32LittleEndian(Span[_position..]) : -1;
        return length >= min && length < _end - _position ? length : throw new FormatException("The length of a value is wrong.");
    }

    private int RegularExpressionLength()
    {
        var start = _position;
        _position += CStringLength(Span) + 1;
        var length = _position - start + CStringLength(Span) + 1;
        _position = start;
        return length;
    }

    // The level's last byte is its terminator, so that no value and no name may reach it.
    private int CStringLength(ReadOnlySpan<byte> span)
    {
        var length = span[_position..Math.Max(_position, _end - 1)].IndexOf((byte)0);
        return length >= 0 ? length : throw new FormatException("A name or pattern has no end.");
    }

    private string CString()
    {
        var length = CStringLength(Span);
        var text = Decode(Span.Slice(_position, length));
        _position += length + 1;
        return text;
    }

    private string TextOf(BsonType type)
    {
        Expect(type);
        return Text();
    }

    private string Text()
    {
        var length = Int32();
        if (length < 1 || length > _end - 1 - _position) throw new FormatException($"Invalid string length: {length}.");
        var bytes = Take(length);
        return bytes[^1] == 0 ? Decode(bytes[..^1]) : throw new FormatException("String is missing null terminator.");
    }

    private ReadOnlySpan<byte> BinaryOf(out BsonBinarySubType subType)
    {
        Expect(BsonType.Binary);
        var length = Int32();
        subType = (BsonBinarySubType)Take(1)[0];
        if (length < 0) throw new FormatException($"Invalid binary data length: {length}.");
        if (subType != BsonBinarySubType.OldBinary) return Take(length);
        var inner = length >= 4 ? Int32() : -1;
        return inner == length - 4 ? Take(inner) : throw new FormatException("Binary sub type OldBinary has inconsistent sizes.");
    }

    private int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> Take(BsonType type, int count)
    {
        Expect(type);
        return Take(count);
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _end - 1 - _position) throw new FormatException("A value reaches beyond its document.");
        var span = Span.Slice(_position, count);
        _position += count;
        return span;
    }

    private void Skip(int count)
    {
        if (count > (_depth == 0 ? _end : _end - 1) - _position) throw new FormatException("A value reaches beyond its document.");
        _position += count;
        _valuePending = false;
    }

    private void Expect(BsonType type)
    {
        if (CurrentBsonType != type || !_valuePending)
            throw new InvalidOperationException($"The value is of type {CurrentBsonType}, not {type}, or has been read.");
        _valuePending = false;
    }

    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException("The text is not valid UTF-8.", e);
        }
    }

    /// <summary>Names repeat in every document, so that they are kept: a table of fixed size, in which a newcomer takes its place from an older name.</summary>
    private static class NameCache
    {
        private const int SlotCount = 1024, NameBytesMax = 48;
        private static readonly Entry?[] Slots = new Entry?[SlotCount];

        public static string Get(ReadOnlySpan<byte> utf8)
        {
            if (utf8.Length == 0) return "";
            if (utf8.Length > NameBytesMax) return Decode(utf8);
            var hash = 2166136261u;
            foreach (var b in utf8) hash = (hash ^ b) * 16777619u;
            ref var slot = ref Slots[hash % SlotCount];
            var entry = Volatile.Read(ref slot);
            if (entry is not null && utf8.SequenceEqual(entry.Utf8)) return entry.Name;
            var name = Decode(utf8);
            Volatile.Write(ref slot, new Entry(utf8.ToArray(), name));
            return name;
        }

        private sealed record Entry(byte[] Utf8, string Name);
    }
}
