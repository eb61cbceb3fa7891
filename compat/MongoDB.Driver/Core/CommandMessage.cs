using System.Buffers.Binary;
using MongoDB.Bson;
using MongoDB.Bson.IO;

namespace MongoDB.Driver;

/// <summary>A command as it goes over the wire; it may be sent twice.</summary>
internal sealed class CommandMessage(string database, BsonDocument body)
{
    /// <summary>The command without <c>$db</c>.</summary>
    public BsonDocument Body { get; } = body;

    public string Database { get; } = database;

    /// <summary>The command's name.</summary>
    public string Name => Body.GetElement(0).Name;

    /// <summary>The collection, where it has one.</summary>
    public string? Collection => (Body[0] as BsonString ?? Body.GetValue("collection", BsonNull.Value) as BsonString)?.Value;

    /// <summary>Name of the documents' sequence, such as <c>documents</c>; null for none.</summary>
    public string? SequenceName { get; init; }

    /// <summary>The documents' bytes, one after the other.</summary>
    public ReadOnlyMemory<byte> Sequence { get; init; }

    /// <summary>False for w: 0: the server sends no reply.</summary>
    public bool ExpectsReply { get; init; } = true;

    /// <summary>Sent where it is not the primary that is asked.</summary>
    public ReadPreference? ReadPreference { get; set; }

    /// <summary>The session and number that let the server tell a repeated write.</summary>
    public ServerSession? Session { get; set; }

    /// <summary>What exceptions keep of the command: no values.</summary>
    public BsonDocument Summary => new(Body.GetElement(0).Name, Body[0]);
}

/// <summary>OP_MSG (mongodb/specifications, message): a header of 16 bytes, flags, a body (kind 0) and at most one sequence of documents (kind 1).</summary>
internal static class WireProtocol
{
    public const int HeaderBytes = 16;

    /// <summary>The largest message that servers of today take and send.</summary>
    public const int MessageBytesMax = 48_000_000;

    private const int OpMsg = 2013;
    private const int ChecksumPresent = 1, MoreToCome = 2;
    private const int BodyStart = HeaderBytes + 5;

    /// <summary>Writes all but the bytes of the sequence, which follow.</summary>
    public static void Write(BsonBinaryWriter writer, CommandMessage command, int requestId)
    {
        writer.PutInt32(0);
        writer.PutInt32(requestId);
        writer.PutInt32(0);
        writer.PutInt32(OpMsg);
        writer.PutInt32(command.ExpectsReply ? 0 : MoreToCome);
        writer.WriteByte(0);
        WriteBody(writer, command);
        if (command.SequenceName is { } name)
        {
            writer.WriteByte(1);
            var start = writer.Position;
            writer.PutInt32(0);
            writer.PutCString(name);
            writer.PatchInt32(start, writer.Position - start + command.Sequence.Length);
        }

        var length = (long)writer.Position + command.Sequence.Length;
        if (length > MessageBytesMax) throw new FormatException($"The command is {length} bytes long; a message has {MessageBytesMax} at most.");
        writer.PatchInt32(0, (int)length);
    }

    /// <summary>The length that a message's first bytes give.</summary>
    public static int MessageLength(ReadOnlySpan<byte> header)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        return length is >= BodyStart + BsonLimits.DocumentBytesMin and <= MessageBytesMax
            ? length
            : throw new FormatException($"The server announced a message of {length} bytes.");
    }

    /// <summary>The body of a whole reply.</summary>
    public static ReadOnlyMemory<byte> Body(ReadOnlyMemory<byte> message, int requestId)
    {
        var span = message.Span;
        var flags = BinaryPrimitives.ReadInt32LittleEndian(span[HeaderBytes..]);
        if (BinaryPrimitives.ReadInt32LittleEndian(span[8..]) != requestId) throw new FormatException("The server answered another request.");
        if (BinaryPrimitives.ReadInt32LittleEndian(span[12..]) != OpMsg) throw new FormatException("The server answered with another opcode than OP_MSG.");
        if ((flags & 0xffff & ~ChecksumPresent) != 0) throw new FormatException($"The server set flags that were not asked for (0x{flags:x}).");
        if (span[HeaderBytes + 4] != 0) throw new FormatException("The server's message does not start with a body.");
        var body = message[BodyStart..((flags & ChecksumPresent) != 0 ? message.Length - 4 : message.Length)];
        BsonBinaryReader.CheckDocument(body.Span);
        return body;
    }

    private static void WriteBody(BsonBinaryWriter writer, CommandMessage command)
    {
        writer.WriteStartDocument();
        foreach (var element in command.Body.Items)
        {
            writer.WriteName(element.Name);
            element.Value.WriteTo(writer);
        }

        writer.WriteName("$db");
        writer.WriteString(command.Database);
        if (command.ReadPreference is { } preference)
        {
            writer.WriteName("$readPreference");
            preference.ToBsonDocument().WriteTo(writer);
        }

        if (command.Session is { } session)
        {
            writer.WriteName("lsid");
            session.Id.WriteTo(writer);
            writer.WriteName("txnNumber");
            writer.WriteInt64(session.TransactionNumber);
        }

        writer.WriteEndDocument();
    }
}

/// <summary>A session of the server, lent to one write at a time.</summary>
internal sealed class ServerSession
{
    public BsonDocument Id { get; } = new("id", new BsonBinaryData(Guid.NewGuid(), GuidRepresentation.Standard));

    public long TransactionNumber { get; set; }

    public long LastUsedMs { get; set; }
}
