using System.Buffers.Binary;
using System.Text.Json;
using MongoDB.Bson;

namespace Customer.Api.Customers;

/// <summary>
/// Converts BSON bytes directly to JSON, so that reading a customer allocates no object per field (layout: bsonspec.org, version 1.1). Types that this service
/// does not store, such as regular expressions from another program, go through <see cref="CustomerJsonWriter.WriteBson"/>.
/// </summary>
internal static class BsonJson
{
    /// <summary>Maximum nesting of documents and arrays; the same as MongoDB's limit.</summary>
    private const int DepthMax = 100;

    private const int LengthBytes = 4;

    /// <summary>Writes the members of a stored customer.</summary>
    /// <exception cref="FormatException">The bytes are not valid BSON.</exception>
    public static void WriteMembers(Utf8JsonWriter json, RawBsonDocument customer)
    {
        // Uses the reply's own buffer, unless the document spans two of its chunks.
        var slice = customer.Slice;
        var chunk = slice.AccessBackingBytes(0);
        try
        {
            WriteElements(json, chunk.Count < slice.Length ? customer.ToBson() : chunk.AsSpan(0, slice.Length), isArray: false, depth: 1);
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or EndOfStreamException)
        {
            throw new FormatException("A stored customer is not valid BSON.", e);
        }
    }

    private static void WriteElements(Utf8JsonWriter json, ReadOnlySpan<byte> document, bool isArray, int depth)
    {
        if (depth > DepthMax) throw new FormatException($"A stored customer has more than {DepthMax} levels of nesting.");
        for (var at = LengthBytes; document[at] != 0;)
        {
            var type = (BsonType)document[at];
            var name = document[(at + 1)..];
            name = name[..name.IndexOf((byte)0)];
            var start = at + 2 + name.Length;
            var value = document.Slice(start, LengthOf(type, document[start..]));
            var element = document[at..(start + value.Length)];
            at = start + value.Length;
            if (!isArray)
            {
                var isTop = depth == 1;
                // Internal to the database.
                if (isTop && (name.SequenceEqual("words"u8) || name.SequenceEqual("request"u8) || name.SequenceEqual("revision"u8))) continue;
                json.WritePropertyName(isTop && name.SequenceEqual("_id"u8) ? "customer_id"u8 : name);
            }

            WriteValue(json, type, value, element, depth);
        }
    }

    private static void WriteValue(Utf8JsonWriter json, BsonType type, ReadOnlySpan<byte> value, ReadOnlySpan<byte> element, int depth)
    {
        switch (type)
        {
            case BsonType.String: json.WriteStringValue(value[LengthBytes..^1]); break;
            case BsonType.Int32: json.WriteNumberValue(BinaryPrimitives.ReadInt32LittleEndian(value)); break;
            case BsonType.Int64: json.WriteNumberValue(BinaryPrimitives.ReadInt64LittleEndian(value)); break;
            case BsonType.Boolean: json.WriteBooleanValue(value[0] != 0); break;
            case BsonType.Null: json.WriteNullValue(); break;
            case BsonType.Double when BinaryPrimitives.ReadDoubleLittleEndian(value) is var number && double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case BsonType.DateTime when BinaryPrimitives.ReadInt64LittleEndian(value) is >= MillisecondsMin and <= MillisecondsMax and var milliseconds:
                json.WriteStringValue(DateTime.UnixEpoch.AddTicks(milliseconds * TimeSpan.TicksPerMillisecond));
                break;
            case BsonType.Document:
                json.WriteStartObject();
                WriteElements(json, value, isArray: false, depth + 1);
                json.WriteEndObject();
                break;
            case BsonType.Array:
                json.WriteStartArray();
                WriteElements(json, value, isArray: true, depth + 1);
                json.WriteEndArray();
                break;
            default: json.WriteBson(ValueOf(element)); break;
        }
    }

    // Years 1 to 9999.
    private const long MillisecondsMin = -62_135_596_800_000, MillisecondsMax = 253_402_300_799_999;

    /// <summary>Parses the element by wrapping it in a document.</summary>
    private static BsonValue ValueOf(ReadOnlySpan<byte> element)
    {
        var document = new byte[LengthBytes + element.Length + 1];
        BinaryPrimitives.WriteInt32LittleEndian(document, document.Length);
        element.CopyTo(document.AsSpan(LengthBytes));
        return new RawBsonDocument(document)[0];
    }

    private static int LengthOf(BsonType type, ReadOnlySpan<byte> rest) => type switch
    {
        BsonType.Null or BsonType.Undefined or BsonType.MinKey or BsonType.MaxKey => 0,
        BsonType.Boolean => 1,
        BsonType.Int32 => 4,
        BsonType.Double or BsonType.DateTime or BsonType.Int64 or BsonType.Timestamp => 8,
        BsonType.ObjectId => 12,
        BsonType.Decimal128 => 16,
        BsonType.String or BsonType.JavaScript or BsonType.Symbol => LengthBytes + Positive(rest, 1),
        BsonType.Document or BsonType.Array => Positive(rest, LengthBytes + 1),
        BsonType.JavaScriptWithScope => Positive(rest, LengthBytes),
        BsonType.Binary => LengthBytes + 1 + Positive(rest, 0),
        BsonType.RegularExpression => TwoTexts(rest),
        _ => throw new FormatException($"A stored customer has a value of the unknown type {(int)type}."),
    };

    private static int TwoTexts(ReadOnlySpan<byte> bytes)
    {
        var second = bytes.IndexOf((byte)0) + 1;
        return second + bytes[second..].IndexOf((byte)0) + 1;
    }

    private static int Positive(ReadOnlySpan<byte> bytes, int min)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        return length >= min ? length : throw new FormatException("A stored customer contains an invalid length.");
    }
}
