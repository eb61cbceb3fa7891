using System.Globalization;
using MongoDB.Bson.IO;

namespace MongoDB.Bson.Serialization;

/// <summary>A type of .NET with one form in BSON.</summary>
internal sealed class ScalarCodec<T>(Action<BsonBinaryWriter, T> write, Func<BsonBinaryReader, T> read) : Codec<T>
{
    public override void Write(BsonBinaryWriter writer, T value) => write(writer, value);

    public override T Read(BsonBinaryReader reader) => read(reader);
}

/// <summary>Text, numbers, dates and ids. Numbers are read from any numeric type that holds them exactly.</summary>
internal static class ScalarCodecs
{
    /// <summary>Null where the type is no scalar.</summary>
    /// <exception cref="BsonSerializationException">The representation is none of the type's.</exception>
    public static Codec? Create(Type type, CodecOptions options)
    {
        var codec = type switch
        {
            _ when type == typeof(string) => Text(options),
            _ when type == typeof(int) => Integer(options, BsonType.Int32, static v => v, static v => checked((int)v)),
            _ when type == typeof(long) => Integer(options, BsonType.Int64, static v => v, static v => v),
            _ when type == typeof(short) => Integer<short>(options, BsonType.Int32, static v => v, static v => checked((short)v)),
            _ when type == typeof(byte) => Integer<byte>(options, BsonType.Int32, static v => v, static v => checked((byte)v)),
            _ when type == typeof(uint) => Integer<uint>(options, BsonType.Int64, static v => v, static v => checked((uint)v)),
            _ when type == typeof(double) => Plain(options, BsonType.Double, static (w, v) => w.WriteDouble(v), ReadDouble),
            _ when type == typeof(float) => Plain(options, BsonType.Double, static (w, v) => w.WriteDouble(v), static r => (float)ReadDouble(r)),
            _ when type == typeof(decimal) => Money(options),
            _ when type == typeof(bool) => Plain(options, BsonType.Boolean, static (w, v) => w.WriteBoolean(v), ReadBoolean),
            _ when type == typeof(DateTime) => Date(options),
            _ when type == typeof(DateTimeOffset) => Offset(options),
            _ when type == typeof(DateOnly) => Plain(options, BsonType.DateTime,
                static (w, v) => w.WriteDateTime(BsonDateTime.ToMilliseconds(v.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc))),
                static r => DateOnly.FromDateTime(ReadDate(r))),
            _ when type == typeof(TimeSpan) => Plain(options, BsonType.String, static (w, v) => w.WriteString(v.ToString()), ReadTimeSpan),
            _ when type == typeof(Guid) => Uuid(options),
            _ when type == typeof(ObjectId) => Plain(options, BsonType.ObjectId, static (w, v) => w.WriteObjectId(v), ReadObjectId),
            _ when type == typeof(Decimal128) => Plain(options, BsonType.Decimal128, static (w, v) => w.WriteDecimal128(v), ReadDecimal128),
            _ when type == typeof(byte[]) => Plain(options, BsonType.Binary, static (w, v) => WriteBytes(w, v), ReadBytes),
            _ => default(Codec),
        };
        return codec;
    }

    public static long ReadInt64(BsonBinaryReader reader) => reader.CurrentBsonType switch
    {
        BsonType.Int32 => reader.ReadInt32(),
        BsonType.Int64 => reader.ReadInt64(),
        BsonType.Double => Exact(reader.ReadDouble()),
        BsonType.Decimal128 => Decimal128.ToInt64(reader.ReadDecimal128()),
        BsonType.String => long.Parse(reader.ReadString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
        _ => throw Cannot("Int64", reader),
    };

    private static long Exact(double value)
        => Math.Floor(value) == value && Math.Abs(value) < 9.2e18 ? (long)value : throw new FormatException($"{value} is no integer of 64 bits.");

    private static ScalarCodec<T> Plain<T>(CodecOptions options, BsonType type, Action<BsonBinaryWriter, T> write, Func<BsonBinaryReader, T> read)
        => options.Representation is null || options.Representation == type ? new(write, read) : throw NotAs<T>(options);

    private static BsonSerializationException NotAs<T>(CodecOptions options) => new($"{typeof(T)} cannot be represented as {options.Representation}.");

    private static FormatException Cannot(string target, BsonBinaryReader reader)
        => new($"Cannot deserialize a '{target}' from BsonType '{reader.CurrentBsonType}'.");

    private static ScalarCodec<T> Integer<T>(CodecOptions options, BsonType usual, Func<T, long> widen, Func<long, T> narrow)
    {
        Func<BsonBinaryReader, T> read = typeof(T) == typeof(int) ? (Func<BsonBinaryReader, T>)(object)(Func<BsonBinaryReader, int>)ReadInt32
            : typeof(T) == typeof(long) ? (Func<BsonBinaryReader, T>)(object)(Func<BsonBinaryReader, long>)ReadInt64
            : reader => narrow(ReadInt64(reader));
        return (options.Representation ?? usual) switch
        {
            BsonType.Int32 => new((w, v) => w.WriteInt32(checked((int)widen(v))), read),
            BsonType.Int64 => new((w, v) => w.WriteInt64(widen(v)), read),
            BsonType.Double => new((w, v) => w.WriteDouble(widen(v)), read),
            BsonType.String => new((w, v) => w.WriteString(widen(v).ToString(CultureInfo.InvariantCulture)), read),
            _ => throw NotAs<T>(options),
        };
    }

    private static int ReadInt32(BsonBinaryReader reader)
        => reader.CurrentBsonType == BsonType.Int32 ? reader.ReadInt32() : checked((int)ReadInt64(reader));

    private static double ReadDouble(BsonBinaryReader reader) => reader.CurrentBsonType switch
    {
        BsonType.Double => reader.ReadDouble(),
        BsonType.Int32 => reader.ReadInt32(),
        BsonType.Int64 => reader.ReadInt64(),
        BsonType.Decimal128 => Decimal128.ToDouble(reader.ReadDecimal128()),
        BsonType.String => double.Parse(reader.ReadString(), NumberStyles.Float, CultureInfo.InvariantCulture),
        _ => throw Cannot("Double", reader),
    };

    private static bool ReadBoolean(BsonBinaryReader reader)
        => reader.CurrentBsonType == BsonType.Boolean ? reader.ReadBoolean() : throw Cannot("Boolean", reader);

    private static ObjectId ReadObjectId(BsonBinaryReader reader) => reader.CurrentBsonType switch
    {
        BsonType.ObjectId => reader.ReadObjectId(),
        BsonType.String => ObjectId.Parse(reader.ReadString()),
        _ => throw Cannot("ObjectId", reader),
    };

    private static Decimal128 ReadDecimal128(BsonBinaryReader reader) => reader.CurrentBsonType switch
    {
        BsonType.Decimal128 => reader.ReadDecimal128(),
        BsonType.Int32 => reader.ReadInt32(),
        BsonType.Int64 => reader.ReadInt64(),
        BsonType.Double => new Decimal128(reader.ReadDouble()),
        BsonType.String => Decimal128.Parse(reader.ReadString()),
        _ => throw Cannot("Decimal128", reader),
    };

    private static ScalarCodec<decimal> Money(CodecOptions options) => (options.Representation ?? BsonType.Decimal128) switch
    {
        BsonType.Decimal128 => new(static (w, v) => w.WriteDecimal128(v), static r => Decimal128.ToDecimal(ReadDecimal128(r))),
        BsonType.Double => new(static (w, v) => w.WriteDouble((double)v), static r => Decimal128.ToDecimal(ReadDecimal128(r))),
        BsonType.Int64 => new(static (w, v) => w.WriteInt64(decimal.ToInt64(v)), static r => Decimal128.ToDecimal(ReadDecimal128(r))),
        BsonType.String => new(static (w, v) => w.WriteString(v.ToString(CultureInfo.InvariantCulture)), static r => Decimal128.ToDecimal(ReadDecimal128(r))),
        _ => throw NotAs<decimal>(options),
    };

    private static ScalarCodec<string?> Text(CodecOptions options) => (options.Representation ?? BsonType.String) switch
    {
        BsonType.String => new(WriteText, ReadText),
        BsonType.ObjectId => new(
            static (w, v) =>
            {
                if (v is null) w.WriteNull();
                else w.WriteObjectId(ObjectId.Parse(v));
            },
            static r => r.CurrentBsonType == BsonType.ObjectId ? r.ReadObjectId().ToString() : ReadText(r)),
        _ => throw NotAs<string>(options),
    };

    private static void WriteText(BsonBinaryWriter writer, string? value)
    {
        if (value is null) writer.WriteNull();
        else writer.WriteString(value);
    }

    private static string? ReadText(BsonBinaryReader reader)
    {
        switch (reader.CurrentBsonType)
        {
            case BsonType.String: return reader.ReadString();
            case BsonType.Symbol: return reader.ReadSymbol();
            case BsonType.Null:
                reader.ReadNull();
                return null;
            default: throw Cannot("String", reader);
        }
    }

    private static void WriteBytes(BsonBinaryWriter writer, byte[]? value)
    {
        if (value is null) writer.WriteNull();
        else writer.WriteBytes(value);
    }

    private static byte[] ReadBytes(BsonBinaryReader reader)
    {
        if (reader.CurrentBsonType == BsonType.Binary) return reader.ReadBytes();
        if (reader.CurrentBsonType != BsonType.Null) throw Cannot("Byte[]", reader);
        reader.ReadNull();
        return null!;
    }

    private static TimeSpan ReadTimeSpan(BsonBinaryReader reader)
        => reader.CurrentBsonType == BsonType.String ? TimeSpan.Parse(reader.ReadString(), CultureInfo.InvariantCulture) : throw Cannot("TimeSpan", reader);

    private static ScalarCodec<DateTime> Date(CodecOptions options) => (options.Representation ?? BsonType.DateTime) switch
    {
        BsonType.DateTime => new(static (w, v) => w.WriteDateTime(BsonDateTime.ToMilliseconds(v)), ReadDate),
        BsonType.String => new(static (w, v) => w.WriteString(new BsonDateTime(v).ToString()), ReadDate),
        _ => throw NotAs<DateTime>(options),
    };

    // The official default is a document of its own; ours has to be asked for one of the two that other languages read.
    private static ScalarCodec<DateTimeOffset> Offset(CodecOptions options) => options.Representation switch
    {
        BsonType.DateTime => new(static (w, v) => w.WriteDateTime(v.ToUnixTimeMilliseconds()), static r => new DateTimeOffset(ReadDate(r))),
        BsonType.String => new(
            static (w, v) => w.WriteString(v.ToString("O", CultureInfo.InvariantCulture)),
            static r => DateTimeOffset.Parse(r.ReadString(), CultureInfo.InvariantCulture)),
        _ => throw new BsonSerializationException(
            "DateTimeOffset needs [BsonRepresentation(BsonType.DateTime)] or [BsonRepresentation(BsonType.String)] here."),
    };

    private static DateTime ReadDate(BsonBinaryReader reader) => reader.CurrentBsonType switch
    {
        BsonType.DateTime => BsonDateTime.FromMilliseconds(reader.ReadDateTime()),
        BsonType.String => DateTime.Parse(
            reader.ReadString(), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal),
        _ => throw Cannot("DateTime", reader),
    };

    private static ScalarCodec<Guid> Uuid(CodecOptions options)
    {
        if (options.Representation == BsonType.String) return new(static (w, v) => w.WriteString(v.ToString()), static r => Guid.Parse(r.ReadString()));
        var layout = options.Guid;
        if (options.Representation is not (null or BsonType.Binary)) throw NotAs<Guid>(options);
        return new(
            (w, v) => w.WriteBinaryData(new BsonBinaryData(v, layout)),
            r => r.CurrentBsonType switch
            {
                BsonType.Binary => r.ReadBinaryData().ToGuid(layout),
                BsonType.String => Guid.Parse(r.ReadString()),
                _ => throw Cannot("Guid", r),
            });
    }
}
