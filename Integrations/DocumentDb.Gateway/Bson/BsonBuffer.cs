using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace DocumentDb.Gateway.Bson;

/// <summary>A growing buffer from the shared pool, with a BSON writer. Names are UTF-8 without a zero byte. Dispose returns the bytes to the pool.</summary>
internal sealed class BsonBuffer(int capacity = 1024) : IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(capacity);

    public int Length { get; private set; }

    public Span<byte> Written => _bytes.AsSpan(0, Length);

    public Memory<byte> WrittenMemory => _bytes.AsMemory(0, Length);

    /// <summary>Discards the bytes after a length, and replaces a buffer that is larger than the maximum with a smaller one.</summary>
    public void Reset(int length, int capacityMax = int.MaxValue)
    {
        Length = length;
        if (_bytes.Length <= capacityMax) return;
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = ArrayPool<byte>.Shared.Rent(capacityMax / 2);
    }

    /// <summary>Adds room at the end for the caller to fill.</summary>
    public Memory<byte> Take(int count)
    {
        if (_bytes.Length - Length < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Length + count, (int)Math.Min(_bytes.Length * 2L, Array.MaxLength)));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }
        Length += count;
        return _bytes.AsMemory(Length - count, count);
    }

    /// <summary>Appends bytes unchanged, such as a whole element of another document.</summary>
    public void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length).Span);

    /// <summary>Begins a document; pass the result to <see cref="End"/>.</summary>
    public int Begin()
    {
        Take(4);
        return Length - 4;
    }

    /// <summary>Begins a document that is an element's value.</summary>
    public int Begin(ReadOnlySpan<byte> name, byte type = BsonType.Document)
    {
        Head(type, name);
        return Begin();
    }

    /// <summary>Ends the document that began at the given position.</summary>
    public void End(int start)
    {
        Take(1).Span[0] = 0;
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(start), Length - start);
    }

    public void Double(ReadOnlySpan<byte> name, double value)
    {
        Head(BsonType.Double, name);
        BinaryPrimitives.WriteDoubleLittleEndian(Take(8).Span, value);
    }

    public void Int32(ReadOnlySpan<byte> name, int value)
    {
        Head(BsonType.Int32, name);
        BinaryPrimitives.WriteInt32LittleEndian(Take(4).Span, value);
    }

    public void Int64(ReadOnlySpan<byte> name, long value, byte type = BsonType.Int64)
    {
        Head(type, name);
        BinaryPrimitives.WriteInt64LittleEndian(Take(8).Span, value);
    }

    public void DateTime(ReadOnlySpan<byte> name, DateTimeOffset value) => Int64(name, value.ToUnixTimeMilliseconds(), BsonType.DateTime);

    public void Boolean(ReadOnlySpan<byte> name, bool value)
    {
        Head(BsonType.Boolean, name);
        Take(1).Span[0] = value ? (byte)1 : (byte)0;
    }

    public void String(ReadOnlySpan<byte> name, string value)
    {
        Head(BsonType.String, name);
        var size = Encoding.UTF8.GetByteCount(value);
        var room = Take(size + 5).Span;
        BinaryPrimitives.WriteInt32LittleEndian(room, size + 1);
        Encoding.UTF8.GetBytes(value, room[4..]);
        room[^1] = 0;
    }

    public void Binary(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, byte subtype = 0)
    {
        Head(BsonType.Binary, name);
        var room = Take(value.Length + 5).Span;
        BinaryPrimitives.WriteInt32LittleEndian(room, value.Length);
        room[4] = subtype;
        value.CopyTo(room[5..]);
    }

    /// <summary>Writes an element with an existing value.</summary>
    public void Value(ReadOnlySpan<byte> name, byte type, ReadOnlySpan<byte> value)
    {
        Head(type, name);
        Append(value);
    }

    public void Strings(ReadOnlySpan<byte> name, params ReadOnlySpan<string> values)
    {
        var array = Begin(name, BsonType.Array);
        Span<byte> index = stackalloc byte[10];
        for (var i = 0; i < values.Length; i++)
        {
            i.TryFormat(index, out var digits, provider: System.Globalization.CultureInfo.InvariantCulture);
            String(index[..digits], values[i]);
        }
        End(array);
    }

    public void Dispose()
    {
        if (_bytes.Length > 0) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        Length = 0;
    }

    private void Head(byte type, ReadOnlySpan<byte> name)
    {
        var room = Take(name.Length + 2).Span;
        room[0] = type;
        name.CopyTo(room[1..]);
        room[^1] = 0;
    }
}
