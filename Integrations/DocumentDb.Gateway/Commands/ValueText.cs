using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using DocumentDb.Gateway.Bson;

namespace DocumentDb.Gateway.Commands;

/// <summary>Values as MongoDB writes them into error messages.</summary>
internal static class ValueText
{
    private const int TextCharactersMax = 200;

    /// <summary>A value as text; documents and rarer types only by their kind.</summary>
    public static string Of(byte type, ReadOnlySpan<byte> value) => type switch
    {
        BsonType.String => Quoted(Encoding.UTF8.GetString(value[4..^1])),
        BsonType.Double => BinaryPrimitives.ReadDoubleLittleEndian(value) is var d && double.IsInteger(d) && Math.Abs(d) < 1e15
            ? d.ToString("0.0", CultureInfo.InvariantCulture) : BinaryPrimitives.ReadDoubleLittleEndian(value).ToString("R", CultureInfo.InvariantCulture),
        BsonType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(value).ToString(CultureInfo.InvariantCulture),
        BsonType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(value).ToString(CultureInfo.InvariantCulture),
        BsonType.Boolean => value[0] != 0 ? "true" : "false",
        BsonType.ObjectId => $"ObjectId('{Convert.ToHexStringLower(value)}')",
        BsonType.DateTime => string.Create(CultureInfo.InvariantCulture, $"new Date({BinaryPrimitives.ReadInt64LittleEndian(value)})"),
        BsonType.Null => "null",
        BsonType.Document => "{ ... }",
        BsonType.Array => "[ ... ]",
        BsonType.Binary => $"BinData({value[4]}, {Convert.ToHexString(value[5..Math.Min(value.Length, 5 + (TextCharactersMax / 2))])})",
        _ => "...",
    };

    private static string Quoted(string text)
        => $"\"{(text.Length <= TextCharactersMax ? text : text[..TextCharactersMax] + "...").Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
