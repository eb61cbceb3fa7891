using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using DocumentDb.Gateway.Bson;

namespace DocumentDb.Gateway.Commands;

/// <summary>Formats values as MongoDB does in error messages.</summary>
internal static class ValueText
{
    private const int TextCharactersMax = 200;

    /// <summary>Formats a value; the rarest types become dots.</summary>
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
        BsonType.Undefined => "undefined",
        BsonType.Document => Elements(value, '{', '}', hasNames: true),
        BsonType.Array => Elements(value, '[', ']', hasNames: false),
        BsonType.Binary when value[4] == 4 && value.Length == 5 + 16 => $"UUID(\"{new Guid(value[5..], bigEndian: true)}\")",
        BsonType.Binary => $"BinData({value[4]}, {Convert.ToHexString(value[5..Math.Min(value.Length, 5 + (TextCharactersMax / 2))])})",
        _ => "...",
    };

    private static string Elements(ReadOnlySpan<byte> document, char open, char close, bool hasNames)
    {
        var text = new StringBuilder().Append(open);
        var view = new BsonView(document);
        for (var separator = " "; view.MoveNext(); separator = ", ")
        {
            text.Append(separator);
            if (text.Length > TextCharactersMax && !hasNames) return text.Append("... ").Append(close).ToString();
            if (hasNames) text.Append(Encoding.UTF8.GetString(view.Name)).Append(": ");
            text.Append(Of(view.Type, view.Value));
        }
        return text.Append(' ').Append(close).ToString();
    }

    private static string Quoted(string text)
        => $"\"{(text.Length <= TextCharactersMax ? text : text[..TextCharactersMax] + "...").Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
