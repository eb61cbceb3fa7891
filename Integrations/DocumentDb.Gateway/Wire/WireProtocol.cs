using System.Buffers.Binary;
using System.Text;
using DocumentDb.Gateway.Bson;

namespace DocumentDb.Gateway.Wire;

/// <summary>
/// The MongoDB wire protocol as drivers of servers 3.6 and later use it: OP_MSG without checksum verification, compression and exhaust, and commands as
/// OP_QUERY. Source: the MongoDB manual, "Wire Protocol", and the OP_MSG specification.
/// </summary>
internal static class WireProtocol
{
    /// <summary>Length of a message header: length, request id, id of the request being answered, opcode; four bytes each.</summary>
    public const int HeaderBytes = 16;

    /// <summary>Length of an OP_MSG reply before its document: the header, four bytes of flags, and a section's kind.</summary>
    public const int ReplyBytes = HeaderBytes + 5;

    /// <summary>The maximum length of a message in bytes, and the maximum before login.</summary>
    public const int MessageBytesMax = 48_000_000, MessageBytesMaxBeforeLogin = 64 * 1024;

    /// <summary>The maximum length of a document in bytes.</summary>
    public const int DocumentBytesMax = 16 * 1024 * 1024;

    private const int OpReply = 1, OpQuery = 2004, OpMsg = 2013, LegacyReplyBytes = HeaderBytes + 20;
    private const uint ChecksumPresent = 1, MoreToCome = 2, RequiredFlags = 0xFFFF;

    /// <summary>Gets the message's length from its first four bytes; 0 if the length is not allowed.</summary>
    public static int MessageLength(ReadOnlySpan<byte> header, bool isLoggedIn)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        return length > HeaderBytes && length <= (isLoggedIn ? MessageBytesMax : MessageBytesMaxBeforeLogin) ? length : 0;
    }

    /// <summary>Reads one whole message.</summary>
    /// <param name="message">The message's bytes, including the header.</param>
    /// <param name="request">Receives the command.</param>
    /// <param name="fault">The fault in the command's documents.</param>
    public static Parsed Parse(ReadOnlyMemory<byte> message, CommandRequest request, out BsonFault fault)
    {
        request.Clear();
        fault = BsonFault.None;
        var header = message.Span;
        if (header.Length < HeaderBytes || BinaryPrimitives.ReadInt32LittleEndian(header) != header.Length) return Parsed.Unusable;
        request.RequestId = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
        var isCommand = BinaryPrimitives.ReadInt32LittleEndian(header[12..]) switch
        {
            OpMsg => SplitMsg(message[HeaderBytes..], request),
            OpQuery => SplitQuery(message[HeaderBytes..], request),
            _ => false,
        };
        if (!isCommand) return Parsed.Unusable;
        fault = Check(request);
        return fault == BsonFault.None && ReadEnvelope(request) ? Parsed.Command : Parsed.Invalid;
    }

    /// <summary>Writes the head of a reply whose document follows <see cref="ReplyBytes"/> free bytes.</summary>
    public static void WriteHead(BsonBuffer reply, int responseTo)
    {
        var head = reply.Written;
        head[..ReplyBytes].Clear();
        BinaryPrimitives.WriteInt32LittleEndian(head, reply.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], responseTo);
        BinaryPrimitives.WriteInt32LittleEndian(head[12..], OpMsg);
    }

    /// <summary>Creates an OP_REPLY with the same document.</summary>
    public static byte[] LegacyReply(ReadOnlySpan<byte> document, int responseTo)
    {
        var bytes = new byte[LegacyReplyBytes + document.Length];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, bytes.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), responseTo);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), OpReply);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), 8); // AwaitCapable, which all servers report
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(32), 1); // one document
        document.CopyTo(bytes.AsSpan(LegacyReplyBytes));
        return bytes;
    }

    private static bool SplitMsg(ReadOnlyMemory<byte> content, CommandRequest request)
    {
        if (content.Length < 4) return false;
        var flags = BinaryPrimitives.ReadUInt32LittleEndian(content.Span);
        if ((flags & RequiredFlags & ~(ChecksumPresent | MoreToCome)) != 0) return false;
        request.WantsReply = (flags & MoreToCome) == 0;
        content = content[4..];
        if ((flags & ChecksumPresent) != 0)
        {
            if (content.Length < 4) return false;
            content = content[..^4];
        }
        while (content.Length > 0)
        {
            var kind = content.Span[0];
            content = content[1..];
            if (content.Length < 5) return false;
            var size = BinaryPrimitives.ReadInt32LittleEndian(content.Span);
            if (size < 5 || size > content.Length) return false;
            if (kind == 0 && request.Body.IsEmpty) request.Body = content[..size];
            else if (kind != 1 || !TakeSequence(content[4..size], request)) return false;
            content = content[size..];
        }
        return !request.Body.IsEmpty;
    }

    private static bool TakeSequence(ReadOnlyMemory<byte> section, CommandRequest request)
    {
        const int NameBytesMax = 64, SequencesMax = 4;
        var length = section.Span[..Math.Min(section.Length, NameBytesMax)].IndexOf((byte)0);
        if (length < 0 || request.Sequences.Count == SequencesMax) return false;
        var argument = CommandNames.Get(section.Span[..length]);
        foreach (var (other, _) in request.Sequences)
            if (other == argument) return false;
        request.Sequences.Add((argument, section[(length + 1)..]));
        return true;
    }

    // flags, "database.$cmd", skip, count, the command, possibly as { $query: command, $readPreference: ... }. Drivers log in this way, because they learn only
    // from hello that the server understands OP_MSG.
    private static bool SplitQuery(ReadOnlyMemory<byte> content, CommandRequest request)
    {
        if (content.Length < 4) return false;
        var rest = content[4..];
        var end = rest.Span.IndexOf((byte)0);
        if (end < 0 || rest.Length < end + 1 + 8 + 5) return false;
        var space = rest.Span[..end];
        if (!space.EndsWith(".$cmd"u8)) return false;
        rest = rest[(end + 9)..];
        var size = BinaryPrimitives.ReadInt32LittleEndian(rest.Span);
        if (size < 5 || size > rest.Length) return false;
        (request.IsLegacy, request.Database, request.Body) = (true, Encoding.UTF8.GetString(space[..^5]), rest[..size]);
        var view = new BsonView(rest.Span[..size]);
        if (view.MoveNext() && view.Type == BsonType.Document && view.Name.SequenceEqual("$query"u8))
            request.Body = rest.Slice(view.ValueOffset, view.Value.Length);
        return true;
    }

    private static BsonFault Check(CommandRequest request)
    {
        if (BsonCheck.Check(request.Body.Span) is not BsonFault.None and var fault) return fault;
        foreach (var (_, documents) in request.Sequences)
            if (CheckSequence(documents.Span) is not BsonFault.None and var inner) return inner;
        return BsonFault.None;
    }

    private static BsonFault CheckSequence(ReadOnlySpan<byte> rest)
    {
        while (rest.Length > 0)
        {
            if (rest.Length < 5) return BsonFault.Malformed;
            var size = BinaryPrimitives.ReadInt32LittleEndian(rest);
            if (size < 5 || size > rest.Length) return BsonFault.Malformed;
            if (BsonCheck.Check(rest[..size]) is not BsonFault.None and var fault) return fault;
            rest = rest[size..];
        }
        return BsonFault.None;
    }

    /// <summary>Reads the fields that every command has from the body, in one walk over its top level.</summary>
    private static bool ReadEnvelope(CommandRequest request)
    {
        const int NameBytesMax = 64;
        var view = new BsonView(request.Body.Span);
        if (!view.MoveNext() || view.Name.Length > NameBytesMax) return false;
        request.Name = CommandNames.Get(view.Name);
        var hasDatabase = request.IsLegacy;
        while (view.MoveNext())
        {
            switch (view.Name.Length)
            {
                case 3 when view.Name.SequenceEqual("$db"u8):
                    if (view.Type != BsonType.String) return false;
                    var database = view.Value[4..^1];
                    // Nearly always the database that this connection used before.
                    if (!IsText(request.Database, database)) request.Database = Encoding.UTF8.GetString(database);
                    hasDatabase = true;
                    break;
                case 4 when view.Type == BsonType.Document && view.Name.SequenceEqual("lsid"u8):
                    var session = new BsonView(view.Value);
                    if (session.MoveTo("id"u8) && session.AsBinary() is { Length: 16 } id) request.Session = new Guid(id, bigEndian: true);
                    break;
                case 9 when view.Name.SequenceEqual("txnNumber"u8): request.TransactionNumber = view.AsInt64(); break;
                case 10 when view.Name.SequenceEqual("autocommit"u8): request.IsInTransaction = !view.IsTrue; break;
                case 12 when view.Type == BsonType.Document && view.Name.SequenceEqual("writeConcern"u8):
                    var concern = new BsonView(view.Value);
                    if (!concern.MoveTo("w"u8)) break;
                    request.Acknowledgements = concern.AsInt64();
                    if (concern.Type == BsonType.String && !concern.Value[4..^1].SequenceEqual("majority"u8)) request.AcknowledgementMode = concern.AsString();
                    break;
                case 16 when view.Name.SequenceEqual("startTransaction"u8): request.StartsTransaction = view.IsTrue; break;
            }
        }
        return hasDatabase && !view.IsMalformed;
    }

    private static bool IsText(string text, ReadOnlySpan<byte> utf8) => text.Length == utf8.Length && Ascii.Equals(utf8, text);
}
