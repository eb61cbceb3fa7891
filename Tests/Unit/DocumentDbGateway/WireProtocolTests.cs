extern alias DocumentDbGateway;

using DocumentDbGateway::DocumentDb.Gateway.Bson;
using DocumentDbGateway::DocumentDb.Gateway.Wire;

namespace Tests.Unit.DocumentDbGateway;

[Trait("Category", "Unit")]
public sealed class WireProtocolTests
{
    private const int Rounds = 50_000, Seed = 815;
    private readonly CommandRequest _request = new();

    private static byte[] Insert { get; } = Documents.Command(b =>
    {
        b.String("insert"u8, "c");
        var session = b.Begin("lsid"u8);
        b.Binary("id"u8, Convert.FromHexString("00112233445566778899AABBCCDDEEFF"), 4);
        b.End(session);
        b.Int64("txnNumber"u8, 7);
        var concern = b.Begin("writeConcern"u8);
        b.Int32("w"u8, 1);
        b.End(concern);
    });

    private static byte[] One { get; } = Documents.Command(b => b.Int32("_id"u8, 1), database: "");

    [Fact]
    public void A_command_is_parsed_with_the_fields_for_the_gateway()
    {
        Assert.Equal(Parsed.Command, Parse(Documents.Message(0, Documents.Body(Insert), Documents.Sequence("documents", One, One))));
        Assert.Equal(("insert", "db", "c", 42), (_request.Name, _request.Database, _request.Target, _request.RequestId));
        Assert.Equal(("documents", One.Length * 2), (_request.Sequences.Single().Name, _request.Sequence.Length));
        Assert.Equal((new Guid("00112233-4455-6677-8899-aabbccddeeff"), 7, true), (_request.Session, _request.TransactionNumber, _request.IsRetryable));
        Assert.Equal(1, _request.Acknowledgements);
        Assert.True(_request.WantsReply);
    }

    [Fact]
    public void A_section_of_documents_may_come_first_and_a_checksum_is_passed_over()
    {
        Assert.Equal(Parsed.Command, Parse(Documents.Message(0, Documents.Sequence("documents", One), Documents.Body(Insert))));
        Assert.Equal(Parsed.Command, Parse(Documents.Message(1, Documents.Body(Insert), [1, 2, 3, 4])));
        Assert.Equal(Parsed.Command, Parse(Documents.Message(1 << 16, Documents.Body(Insert)))); // exhaust is optional
    }

    [Fact]
    public void A_command_may_have_several_sections_of_documents()
    {
        var sections = new[] { Documents.Body(Insert), Documents.Sequence("ops", One, One), Documents.Sequence("nsInfo", One) };
        Assert.Equal(Parsed.Command, Parse(Documents.Message(0, sections)));
        Assert.Equal([("ops", One.Length * 2), ("nsInfo", One.Length)], _request.Sequences.Select(s => (s.Name, s.Documents.Length)));
        Assert.Equal(Parsed.Command, Parse(Documents.Message(0, Documents.Body(Insert))));
        Assert.Empty(_request.Sequences);
    }

    [Fact]
    public void A_client_may_request_no_reply()
    {
        Assert.Equal(Parsed.Command, Parse(Documents.Message(2, Documents.Body(Insert))));
        Assert.False(_request.WantsReply);
    }

    [Fact]
    public void A_transaction_is_not_a_retryable_write()
    {
        var body = Documents.Command(b =>
        {
            b.String("find"u8, "c");
            b.Int64("txnNumber"u8, 3);
            b.Boolean("autocommit"u8, false);
            b.Boolean("startTransaction"u8, true);
        });
        Assert.Equal(Parsed.Command, Parse(Documents.Message(0, Documents.Body(body))));
        Assert.True(_request is { IsInTransaction: true, StartsTransaction: true, TransactionNumber: 3, IsRetryable: false });
    }

    [Fact]
    public void A_command_may_be_an_OP_QUERY()
    {
        var hello = Documents.Command(b => b.Int32("isMaster"u8, 1), database: "");
        byte[] query = [0, 0, 0, 0, .. "admin.$cmd\0"u8, 0, 0, 0, 0, 255, 255, 255, 255, .. hello];
        Assert.Equal(Parsed.Command, Parse(Documents.Frame(2004, query)));
        Assert.True(_request is { IsLegacy: true, Name: "isMaster", Database: "admin" });

        byte[] wrapped = [0, 0, 0, 0, .. "admin.$cmd\0"u8, 0, 0, 0, 0, 255, 255, 255, 255, .. Documents.Command(b =>
        {
            b.Value("$query"u8, BsonType.Document, hello);
            b.End(b.Begin("$readPreference"u8));
        }, database: "")];
        Assert.Equal(Parsed.Command, Parse(Documents.Frame(2004, wrapped)));
        Assert.True(_request is { IsLegacy: true, Name: "isMaster", Database: "admin" } && _request.Body.Span.SequenceEqual(hello));

        byte[] find = [0, 0, 0, 0, .. "db.c\0"u8, 0, 0, 0, 0, 255, 255, 255, 255, .. hello];
        Assert.Equal(Parsed.Unusable, Parse(Documents.Frame(2004, find)));
        for (var length = 0; length < query.Length; length++) Assert.Equal(Parsed.Unusable, Parse(Documents.Frame(2004, query[..length])));
    }

    [Fact]
    public void Invalid_messages_are_unusable()
    {
        Assert.Equal(Parsed.Unusable, Parse(Documents.Frame(2012, Insert))); // compressed, although no compressor was offered
        Assert.Equal(Parsed.Unusable, Parse(Documents.Frame(0, Insert)));
        Assert.Equal(Parsed.Unusable, Parse(Documents.Message(0)));
        Assert.Equal(Parsed.Unusable, Parse(Documents.Message(4, Documents.Body(Insert)))); // an unknown mandatory flag
        Assert.Equal(Parsed.Unusable, Parse(Documents.Message(0, [2, .. Insert])));
        Assert.Equal(Parsed.Unusable, Parse(Documents.Message(0, Documents.Body(Insert), Documents.Body(Insert))));
        Assert.Equal(Parsed.Unusable, Parse(Documents.Message(0, Documents.Body(Insert), Documents.Sequence("a", One), Documents.Sequence("a", One))));
        Assert.Equal(Parsed.Unusable, Parse(Documents.Message(0, Documents.Sequence("documents", One))));
        Assert.Equal(Parsed.Unusable, Parse(Documents.Message(0, Documents.Body(Insert), Documents.Sequence(new string('n', 100), One))));
    }

    [Fact]
    public void Invalid_documents_get_an_error_reply()
    {
        byte[] broken = [.. One];
        broken[4] = 99;
        Assert.Equal((Parsed.Invalid, BsonFault.Malformed), ParseWithFault(Documents.Message(0, Documents.Body(broken))));
        Assert.Equal((Parsed.Invalid, BsonFault.Malformed),
            ParseWithFault(Documents.Message(0, Documents.Body(Insert), Documents.Sequence("documents", One, broken))));
        Assert.Equal((Parsed.Invalid, BsonFault.Malformed),
            ParseWithFault(Documents.Message(0, Documents.Body(Insert), Documents.Sequence("documents", One, [1, 2, 3]))));
        Assert.Equal((Parsed.Invalid, BsonFault.Malformed),
            ParseWithFault(Documents.Message(0, Documents.Body(Insert), Documents.Sequence("documents", One), Documents.Sequence("more", broken))));
        Assert.Equal((Parsed.Invalid, BsonFault.TooDeep), ParseWithFault(Documents.Message(0, Documents.Body(Documents.Nested(BsonCheck.DepthMax + 1)))));
        Assert.Equal((Parsed.Invalid, BsonFault.None), ParseWithFault(Documents.Message(0, Documents.Body(One)))); // no $db
        Assert.Equal((Parsed.Invalid, BsonFault.None), ParseWithFault(Documents.Message(0, Documents.Body([5, 0, 0, 0, 0])))); // no command
    }

    [Theory]
    [InlineData(-1, true, 0)]
    [InlineData(0, true, 0)]
    [InlineData(16, true, 0)]
    [InlineData(48_000_000, true, 48_000_000)]
    [InlineData(48_000_001, true, 0)]
    [InlineData(int.MaxValue, true, 0)]
    [InlineData(int.MinValue, true, 0)]
    [InlineData(64 * 1024, false, 64 * 1024)]
    [InlineData((64 * 1024) + 1, false, 0)]
    public void A_message_has_a_limit_and_a_lower_one_before_login(int length, bool isLoggedIn, int expected)
        => Assert.Equal(expected, WireProtocol.MessageLength(BitConverter.GetBytes(length), isLoggedIn));

    [Fact]
    public void No_change_of_bytes_breaks_the_parser()
    {
        var random = new Random(Seed);
        var original = Documents.Message(0, Documents.Body(Insert), Documents.Sequence("documents", Documents.AllTypes(), One));
        for (var round = 0; round < Rounds; round++)
        {
            var length = random.Next(4) == 0 ? random.Next(17, original.Length) : original.Length;
            var bytes = original[..length];
            for (var i = random.Next(1, 6); i > 0; i--) bytes[random.Next(12, length)] = (byte)random.Next(256);
            BitConverter.TryWriteBytes(bytes, length);
            if (Parse(bytes) != Parsed.Command) continue;
            Assert.Equal(BsonFault.None, BsonCheck.Check(_request.Body.Span));
            _ = (_request.Target, _request.IsRetryable, _request.Namespace);
        }
    }

    private Parsed Parse(byte[] message) => ParseWithFault(message).Parsed;

    private (Parsed Parsed, BsonFault Fault) ParseWithFault(byte[] message) => (WireProtocol.Parse(message, _request, out var fault), fault);
}
