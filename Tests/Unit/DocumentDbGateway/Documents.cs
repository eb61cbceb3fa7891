extern alias DocumentDbGateway;

using System.Buffers.Binary;
using DocumentDbGateway::DocumentDb.Gateway.Bson;

namespace Tests.Unit.DocumentDbGateway;

/// <summary>Builds documents and messages byte by byte.</summary>
internal static class Documents
{
    /// <summary>A command document.</summary>
    public static byte[] Command(Action<BsonBuffer> fields, string database = "db")
    {
        using var buffer = new BsonBuffer();
        var document = buffer.Begin();
        fields(buffer);
        if (database.Length > 0) buffer.String("$db"u8, database);
        buffer.End(document);
        return buffer.Written.ToArray();
    }

    /// <summary>A document with an element of every type.</summary>
    public static byte[] AllTypes() => Command(b =>
    {
        b.Double("double"u8, 1.5);
        b.String("string"u8, "text");
        b.End(b.Begin("document"u8));
        b.Strings("array"u8, "a", "b");
        b.Binary("binary"u8, [1, 2, 3]);
        b.Value("undefined"u8, BsonType.Undefined, []);
        b.Value("id"u8, BsonType.ObjectId, new byte[12]);
        b.Boolean("boolean"u8, true);
        b.DateTime("date"u8, DateTimeOffset.UnixEpoch);
        b.Value("null"u8, BsonType.Null, []);
        b.Value("regex"u8, BsonType.Regex, "a.*\0i\0"u8);
        b.Value("pointer"u8, BsonType.DbPointer, [2, 0, 0, 0, (byte)'c', 0, .. new byte[12]]);
        b.Value("code"u8, BsonType.JavaScript, [2, 0, 0, 0, (byte)'c', 0]);
        b.Value("symbol"u8, BsonType.Symbol, [2, 0, 0, 0, (byte)'c', 0]);
        b.Value("scope"u8, BsonType.JavaScriptWithScope, [15, 0, 0, 0, 2, 0, 0, 0, (byte)'c', 0, 5, 0, 0, 0, 0]);
        b.Int32("int"u8, 7);
        b.Int64("stamp"u8, 9, BsonType.Timestamp);
        b.Int64("long"u8, 1L << 40);
        b.Value("decimal"u8, BsonType.Decimal128, new byte[16]);
        b.Value("max"u8, BsonType.MaxKey, []);
        b.Value("min"u8, BsonType.MinKey, []);
    });

    /// <summary>Nested documents.</summary>
    public static byte[] Nested(int depth)
    {
        byte[] document = [5, 0, 0, 0, 0];
        for (var i = 1; i < depth; i++)
        {
            var outer = new byte[document.Length + 8];
            BinaryPrimitives.WriteInt32LittleEndian(outer, outer.Length);
            (outer[4], outer[5]) = (BsonType.Document, (byte)'a');
            document.CopyTo(outer, 7);
            document = outer;
        }
        return document;
    }

    /// <summary>An OP_MSG with the given sections, each with its kind byte.</summary>
    public static byte[] Message(uint flags, params byte[][] sections) => Frame(2013, [.. BitConverter.GetBytes(flags), .. sections.SelectMany(s => s)]);

    /// <summary>A command as an OP_QUERY.</summary>
    public static byte[] Query(Action<BsonBuffer> fields)
        => Frame(2004, [0, 0, 0, 0, .. "admin.$cmd\0"u8, 0, 0, 0, 0, 255, 255, 255, 255, .. Command(fields, database: "")]);

    /// <summary>A message with any opcode.</summary>
    public static byte[] Frame(int opcode, byte[] content)
    {
        var message = new byte[16 + content.Length];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(4), 42);
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(12), opcode);
        content.CopyTo(message, 16);
        return message;
    }

    /// <summary>A section of kind 0.</summary>
    public static byte[] Body(byte[] document) => [0, .. document];

    /// <summary>A section of kind 1.</summary>
    public static byte[] Sequence(string name, params byte[][] documents)
    {
        byte[] content = [.. System.Text.Encoding.ASCII.GetBytes(name), 0, .. documents.SelectMany(d => d)];
        return [1, .. BitConverter.GetBytes(content.Length + 4), .. content];
    }
}
