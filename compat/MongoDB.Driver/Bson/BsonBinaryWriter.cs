using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace MongoDB.Bson.IO;

/// <summary>
/// Writes BSON forward, into a pooled buffer: a document's length is known only at its end. Over a stream, each whole top-level document goes out at once.
/// </summary>
/// <remarks>Nesting is limited to 100 levels. Not thread-safe. Dispose returns the buffer.</remarks>
public sealed class BsonBinaryWriter : IDisposable
{
    // Strict: text with lone surrogates has no UTF-8, and silently replaced it would come back as another.
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);
    private const int BufferBytes = 1024;

    private readonly Stream? _stream;
    private byte[] _buffer;
    private int _position;
    private int _depth;
    private Level[] _levels = new Level[8];
    private string? _name;
    private byte[]? _nameUtf8;

    /// <summary>Over a stream, which stays open.</summary>
    public BsonBinaryWriter(Stream stream) : this(BufferBytes) => _stream = stream ?? throw new ArgumentNullException(nameof(stream));

    internal BsonBinaryWriter(int capacity = BufferBytes) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>What has been written so far, in the writer's own buffer: valid until the next write.</summary>
    internal ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _position);

    internal int Position => _position;

    private struct Level
    {
        public int Start;
        // Next index of an array; -1 in a document.
        public int Index;
    }

    /// <summary>Returns the buffer.</summary>
    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Names the next value of the document.</summary>
    public void WriteName(string name) => _name = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>Opens a document.</summary>
    public void WriteStartDocument()
    {
        if (_depth > 0) WriteHeader(BsonType.Document);
        Push(-1);
    }

    /// <summary>Closes it.</summary>
    public void WriteEndDocument()
    {
        Pop(array: false);
        if (_depth == 0 && _stream is not null) Flush();
    }

    /// <summary>Opens an array.</summary>
    public void WriteStartArray()
    {
        WriteHeader(BsonType.Array);
        Push(0);
    }

    /// <summary>Closes it.</summary>
    public void WriteEndArray() => Pop(array: true);

    /// <summary>Writes a bool.</summary>
    public void WriteBoolean(bool value)
    {
        WriteHeader(BsonType.Boolean);
        WriteByte(value ? (byte)1 : (byte)0);
    }

    /// <summary>Writes an Int32.</summary>
    public void WriteInt32(int value)
    {
        WriteHeader(BsonType.Int32);
        PutInt32(value);
    }

    /// <summary>Writes an Int64.</summary>
    public void WriteInt64(long value)
    {
        WriteHeader(BsonType.Int64);
        PutInt64(value);
    }

    /// <summary>Writes a double.</summary>
    public void WriteDouble(double value)
    {
        WriteHeader(BsonType.Double);
        PutInt64(BitConverter.DoubleToInt64Bits(value));
    }

    /// <summary>Writes a Decimal128.</summary>
    public void WriteDecimal128(Decimal128 value)
    {
        WriteHeader(BsonType.Decimal128);
        PutInt64((long)value.GetIEEELowBits());
        PutInt64((long)value.GetIEEEHighBits());
    }

    /// <summary>Writes a date, milliseconds since 1970.</summary>
    public void WriteDateTime(long value)
    {
        WriteHeader(BsonType.DateTime);
        PutInt64(value);
    }

    /// <summary>Writes a timestamp.</summary>
    public void WriteTimestamp(long value)
    {
        WriteHeader(BsonType.Timestamp);
        PutInt64(value);
    }

    /// <summary>Writes an ObjectId.</summary>
    public void WriteObjectId(ObjectId objectId)
    {
        WriteHeader(BsonType.ObjectId);
        objectId.CopyTo(Reserve(ObjectId.Size));
    }

    /// <summary>Writes text.</summary>
    public void WriteString(string value)
    {
        WriteHeader(BsonType.String);
        PutString(value);
    }

    /// <summary>Writes a symbol.</summary>
    public void WriteSymbol(string value)
    {
        WriteHeader(BsonType.Symbol);
        PutString(value);
    }

    /// <summary>Writes code.</summary>
    public void WriteJavaScript(string code)
    {
        WriteHeader(BsonType.JavaScript);
        PutString(code);
    }

    /// <summary>Writes null.</summary>
    public void WriteNull() => WriteHeader(BsonType.Null);

    /// <summary>Writes undefined.</summary>
    public void WriteUndefined() => WriteHeader(BsonType.Undefined);

    /// <summary>Writes the lowest value.</summary>
    public void WriteMinKey() => WriteHeader(BsonType.MinKey);

    /// <summary>Writes the highest value.</summary>
    public void WriteMaxKey() => WriteHeader(BsonType.MaxKey);

    /// <summary>Writes bytes of the general subtype.</summary>
    public void WriteBytes(byte[] bytes) => WriteBinaryData(bytes, BsonBinarySubType.Binary);

    /// <summary>Writes bytes with their subtype.</summary>
    public void WriteBinaryData(BsonBinaryData binaryData)
    {
        ArgumentNullException.ThrowIfNull(binaryData);
        WriteBinaryData(binaryData.Bytes, binaryData.SubType);
    }

    /// <summary>Writes a pattern with its options.</summary>
    public void WriteRegularExpression(BsonRegularExpression regex)
    {
        ArgumentNullException.ThrowIfNull(regex);
        WriteRegularExpression(regex.Pattern, regex.Options);
    }

    internal void WriteSingleton(BsonType type) => WriteHeader(type);

    internal void WriteBinaryData(ReadOnlySpan<byte> bytes, BsonBinarySubType subType)
    {
        WriteHeader(BsonType.Binary);
        var old = subType == BsonBinarySubType.OldBinary;
        PutInt32(old ? bytes.Length + 4 : bytes.Length);
        WriteByte((byte)subType);
        if (old) PutInt32(bytes.Length);
        WriteRaw(bytes);
    }

    internal void WriteRegularExpression(string pattern, string options)
    {
        WriteHeader(BsonType.RegularExpression);
        PutCString(pattern);
        PutCString(options);
    }

    internal void WriteJavaScriptWithScope(string code, BsonDocument scope)
    {
        WriteHeader(BsonType.JavaScriptWithScope);
        var start = _position;
        PutInt32(0);
        PutString(code);
        // The scope is a document without type and name: it is written as a top-level one, though it counts as a level.
        Push(-1);
        foreach (var element in scope.Items)
        {
            WriteName(element.Name);
            element.Value.WriteTo(this);
        }

        Pop(array: false);
        PatchInt32(start, _position - start);
    }

    internal void WriteDbPointer(string collection, ObjectId id)
    {
        WriteHeader(BsonLimits.DbPointer);
        PutString(collection);
        id.CopyTo(Reserve(ObjectId.Size));
    }

    /// <summary>Copies a whole document, as a value or as a top-level document.</summary>
    internal void WriteRawDocument(ReadOnlySpan<byte> document)
    {
        if (_depth > 0) WriteHeader(BsonType.Document);
        WriteRaw(document);
        if (_depth == 0 && _stream is not null) Flush();
    }

    /// <summary>As <see cref="WriteName(string)"/>, with a name that has been encoded and checked before.</summary>
    internal void WriteName(byte[] nameUtf8) => _nameUtf8 = nameUtf8;

    /// <summary>Back to empty; a buffer beyond <paramref name="keepMax"/> bytes is returned for a small one.</summary>
    internal void Reset(int keepMax)
    {
        (_position, _depth, _name, _nameUtf8) = (0, 0, null, null);
        if (_buffer.Length <= keepMax) return;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    }

    /// <summary>Forgets what was written after <paramref name="position"/>, outside of any document.</summary>
    internal void Truncate(int position) => (_position, _depth, _name, _nameUtf8) = (position, 0, null, null);

    internal void PutInt32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Reserve(4), value);

    internal void PutInt64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Reserve(8), value);

    internal void PatchInt32(int position, int value) => BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(position), value);

    internal void WriteByte(byte value) => Reserve(1)[0] = value;

    internal void WriteRaw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    internal void PutCString(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal)) throw new BsonSerializationException("Names and patterns of BSON cannot contain null characters.");
        var destination = Ensure(Utf8.GetMaxByteCount(text.Length) + 1);
        var count = Utf8.GetBytes(text, destination);
        destination[count] = 0;
        _position += count + 1;
    }

    internal static byte[] EncodeName(string name)
        => name.Contains('\0', StringComparison.Ordinal) ? throw new BsonSerializationException("Element names cannot contain null characters.")
            : Utf8.GetBytes(name);

    private void PutString(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        // The exact count where three bytes a character would be far too much.
        var max = text.Length < 1024 ? Utf8.GetMaxByteCount(text.Length) : Utf8.GetByteCount(text);
        var destination = Ensure(4 + max + 1);
        var count = Utf8.GetBytes(text, destination[4..]);
        BinaryPrimitives.WriteInt32LittleEndian(destination, count + 1);
        destination[4 + count] = 0;
        _position += 4 + count + 1;
    }

    private void WriteHeader(BsonType type)
    {
        if (_depth == 0) throw new InvalidOperationException("A value needs a document around it.");
        ref var level = ref _levels[_depth - 1];
        WriteByte((byte)type);
        if (level.Index >= 0)
        {
            var destination = Ensure(12);
            level.Index.TryFormat(destination, out var count, default, CultureInfo.InvariantCulture);
            destination[count] = 0;
            _position += count + 1;
            level.Index++;
        }
        else if (_nameUtf8 is { } utf8)
        {
            var destination = Reserve(utf8.Length + 1);
            utf8.CopyTo(destination);
            destination[utf8.Length] = 0;
            _nameUtf8 = null;
        }
        else
        {
            PutCString(_name ?? throw new InvalidOperationException("A value in a document needs a name."));
            _name = null;
        }
    }

    private void Push(int index)
    {
        if (_depth == BsonLimits.DepthMax)
        {
            throw new BsonSerializationException("Maximum serialization depth exceeded (does the object being serialized have a circular reference?).");
        }

        if (_depth == _levels.Length) Array.Resize(ref _levels, _depth * 2);
        _levels[_depth++] = new Level { Start = _position, Index = index };
        PutInt32(0);
    }

    private void Pop(bool array)
    {
        if (_depth == 0 || _levels[_depth - 1].Index >= 0 != array) throw new InvalidOperationException("The end does not match a start.");
        if (_name is not null || _nameUtf8 is not null) throw new InvalidOperationException("A name has no value.");
        WriteByte(0);
        var start = _levels[--_depth].Start;
        PatchInt32(start, _position - start);
    }

    private void Flush()
    {
        _stream!.Write(_buffer, 0, _position);
        _position = 0;
    }

    private Span<byte> Reserve(int count)
    {
        var span = Ensure(count)[..count];
        _position += count;
        return span;
    }

    private Span<byte> Ensure(int count)
    {
        if (_buffer.Length - _position < count) Grow(count);
        return _buffer.AsSpan(_position);
    }

    private void Grow(int count)
    {
        ObjectDisposedException.ThrowIf(_buffer.Length == 0, this);
        var size = Math.Max((long)_buffer.Length * 2, (long)_position + count);
        if (size > Array.MaxLength) throw new BsonSerializationException("The documents are beyond 2 GiB.");
        var larger = ArrayPool<byte>.Shared.Rent((int)size);
        _buffer.AsSpan(0, _position).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
