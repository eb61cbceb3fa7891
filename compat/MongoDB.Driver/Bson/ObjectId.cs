using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace MongoDB.Bson;

/// <summary>Twelve bytes: seconds since 1970, five random bytes of the process, a counter of three bytes. Ordered as its bytes.</summary>
public readonly struct ObjectId : IComparable<ObjectId>, IEquatable<ObjectId>
{
    /// <summary>Bytes of an id.</summary>
    internal const int Size = 12;

    private static readonly ulong ProcessRandom = (ulong)RandomNumberGenerator.GetInt32(int.MaxValue)
        << 16 ^ (ulong)RandomNumberGenerator.GetInt32(int.MaxValue);
    private static int s_counter = RandomNumberGenerator.GetInt32(1 << 24);

    private readonly uint _a;
    private readonly ulong _b;

    /// <summary>From twelve bytes; any other number of them is an <see cref="ArgumentException"/>.</summary>
    public ObjectId(byte[] bytes) : this((bytes ?? throw new ArgumentNullException(nameof(bytes))).AsSpan()) { }

    /// <summary>From 24 hexadecimal digits; all else is a <see cref="FormatException"/>.</summary>
    public ObjectId(string value) => this = Parse(value);

    internal ObjectId(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException("An ObjectId has 12 bytes.", nameof(bytes));
        _a = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[4..]);
    }

    private ObjectId(uint a, ulong b) => (_a, _b) = (a, b);

    /// <summary>All zeros.</summary>
    public static ObjectId Empty => default;

    /// <summary>Seconds since 1970, from the id's first four bytes.</summary>
    public int Timestamp => (int)_a;

    /// <summary>When the id was made, to the second, in UTC.</summary>
    public DateTime CreationTime => DateTime.UnixEpoch.AddSeconds(_a);

    /// <summary>A new id; unique over processes by chance, within one by a counter.</summary>
    public static ObjectId GenerateNewId() => GenerateNewId((int)DateTimeOffset.UtcNow.ToUnixTimeSeconds());

    /// <summary>A new id that claims to be of <paramref name="timestamp"/>, seconds since 1970.</summary>
    public static ObjectId GenerateNewId(int timestamp)
    {
        var counter = (ulong)Interlocked.Increment(ref s_counter) & 0xff_ffff;
        return new((uint)timestamp, ProcessRandom << 24 | counter);
    }

    /// <summary>From 24 hexadecimal digits; all else is a <see cref="FormatException"/>.</summary>
    public static ObjectId Parse(string s)
    {
        ArgumentNullException.ThrowIfNull(s);
        return TryParse(s, out var id) ? id : throw new FormatException($"'{(s.Length > 40 ? s[..40] : s)}' is not a valid 24 digit hex string.");
    }

    /// <summary>From 24 hexadecimal digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, out ObjectId objectId)
    {
        Span<byte> bytes = stackalloc byte[Size];
        var ok = s is { Length: 2 * Size } && Convert.FromHexString(s, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        objectId = ok ? new(bytes) : default;
        return ok;
    }

    /// <summary>The twelve bytes.</summary>
    public byte[] ToByteArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    internal void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[4..], _b);
    }

    /// <inheritdoc/>
    public int CompareTo(ObjectId other) => _a != other._a ? _a.CompareTo(other._a) : _b.CompareTo(other._b);

    /// <inheritdoc/>
    public bool Equals(ObjectId other) => _a == other._a && _b == other._b;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ObjectId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_a, _b);

    /// <summary>24 lower case hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>Same bytes.</summary>
    public static bool operator ==(ObjectId lhs, ObjectId rhs) => lhs.Equals(rhs);

    /// <summary>Other bytes.</summary>
    public static bool operator !=(ObjectId lhs, ObjectId rhs) => !lhs.Equals(rhs);

    /// <summary>By bytes.</summary>
    public static bool operator <(ObjectId lhs, ObjectId rhs) => lhs.CompareTo(rhs) < 0;

    /// <summary>By bytes.</summary>
    public static bool operator >(ObjectId lhs, ObjectId rhs) => lhs.CompareTo(rhs) > 0;

    /// <summary>By bytes.</summary>
    public static bool operator <=(ObjectId lhs, ObjectId rhs) => lhs.CompareTo(rhs) <= 0;

    /// <summary>By bytes.</summary>
    public static bool operator >=(ObjectId lhs, ObjectId rhs) => lhs.CompareTo(rhs) >= 0;
}
