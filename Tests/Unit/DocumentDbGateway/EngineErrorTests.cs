extern alias DocumentDbGateway;

using System.Text;
using DocumentDbGateway::DocumentDb.Gateway.Bson;
using DocumentDbGateway::DocumentDb.Gateway.Commands;
using DocumentDbGateway::DocumentDb.Gateway.Engine;
using DocumentDbGateway::DocumentDb.Gateway.Sessions;
using DocumentDbGateway::DocumentDb.Gateway.Wire;

namespace Tests.Unit.DocumentDbGateway;

[Trait("Category", "Unit")]
public sealed class EngineErrorTests
{
    [Theory]
    [InlineData(319029277, "M001C", 11000)]
    [InlineData(50331677, "M0003", 9)]
    [InlineData(525074461, "M00CO", 121)]
    [InlineData(16797828, "42501", 13)]
    public void The_engines_packed_states_become_MongoDBs_codes(int packed, string state, int code)
    {
        Assert.Equal(state, ErrorCodes.Unpack(packed));
        Assert.Equal(packed, ErrorCodes.Pack(state));
        Assert.Equal(code, ErrorCodes.Of(state));
    }

    [Theory]
    [InlineData("40001", false, 112)]
    [InlineData("55P03", false, 24)]
    [InlineData("55P03", true, 112)]
    [InlineData("57P01", false, 91)]
    [InlineData("57014", false, 50)]
    [InlineData("XX000", false, 1)]
    public void So_do_PostgreSQLs(string state, bool isInTransaction, int code) => Assert.Equal(code, ErrorCodes.Of(state, isInTransaction));

    [Fact]
    public void How_a_commit_ended_is_never_guessed()
    {
        Assert.Equal(TransactionState.Committed, TransactionTable.Ended("committed"));
        Assert.Equal(TransactionState.Aborted, TransactionTable.Ended("aborted"));
        Assert.Equal(91, Assert.Throws<CommandException>(() => TransactionTable.Ended("in progress")).Code);
        Assert.Equal(1, Assert.Throws<CommandException>(() => TransactionTable.Ended(null)).Code);
        Assert.Equal(1, Assert.Throws<CommandException>(() => TransactionTable.Ended("something new")).Code);
    }

    [Fact]
    public void Codes_have_names() => Assert.Equal(("DuplicateKey", "Location40324"), (ErrorCodes.Name(11000), ErrorCodes.Name(40324)));

    [Fact]
    public void A_duplicate_key_reads_as_MongoDB_writes_it()
    {
        var values = Documents.Command(b =>
        {
            b.String("email"u8, "a@\"b");
            b.Int32("a.b"u8, 7);
            b.Value("none"u8, BsonType.Null, default);
            var inner = b.Begin("in"u8);
            b.Binary("id"u8, Convert.FromHexString("00112233445566778899AABBCCDDEEFF"), 4);
            b.Strings("list"u8, "x", "y");
            b.End(inner);
        }, database: "");
        var key = Documents.Command(b => b.Int32("email"u8, 1), database: "");

        var error = new DuplicateKey("by_email", key, values).ToException("shop.customers", new InvalidOperationException());

        Assert.Equal("E11000 duplicate key error collection: shop.customers index: by_email dup key: { email: \"a@\\\"b\", a.b: 7, none: null, "
            + "in: { id: UUID(\"00112233-4455-6677-8899-aabbccddeeff\"), list: [ \"x\", \"y\" ] } }", error.Message);
        byte[] whole = [.. BitConverter.GetBytes(error.Detail.Length + 5), .. error.Detail.Span, 0];
        Assert.Equal(BsonFault.None, BsonCheck.Check(whole));
        var view = new BsonView(whole);
        Assert.True(view.MoveTo("keyPattern"u8) && view.Value.SequenceEqual(key));
        Assert.True(view.MoveTo("keyValue"u8) && view.Value.SequenceEqual(values));
    }

    [Fact]
    public void A_document_has_an_entry_in_an_index_for_each_element_of_an_array()
    {
        var document = Documents.Command(b =>
        {
            b.Int32("a"u8, 1);
            b.Strings("tags"u8, "x", "y", "x");
            var inner = b.Begin("deep"u8, BsonType.Array);
            for (var i = 0; i < 2; i++)
            {
                var element = b.Begin(i == 0 ? "0"u8 : "1"u8);
                b.Int32("n"u8, 10 + i);
                b.End(element);
            }
            b.End(inner);
            b.End(b.Begin("empty"u8, BsonType.Array));
        }, database: "");

        Assert.Equal(["{ a: 1, tags: \"x\" }", "{ a: 1, tags: \"y\" }"], Entries("a", "tags"));
        Assert.Equal(["{ deep.n: 10 }", "{ deep.n: 11 }"], Entries("deep.n"));
        Assert.Equal(["{ a.b: null, missing: null, empty: undefined }"], Entries("a.b", "missing", "empty"));
        var other = Documents.Command(b => b.Strings("tags"u8, "z", "y"), database: "");
        Assert.Equal("{ tags: \"y\" }", ValueText.Of(BsonType.Document, KeyValues.Shared(KeyValues.Of(document, Key("tags")), other, Key("tags"))));

        string[] Entries(params string[] fields)
            => [.. KeyValues.Of(document, Key(fields)).Select(entry => ValueText.Of(BsonType.Document, entry))];

        static byte[] Key(params string[] fields) => Documents.Command(b =>
        {
            foreach (var field in fields) b.Int32(Encoding.UTF8.GetBytes(field), 1);
        }, database: "");
    }

    [Theory]
    [InlineData("email", "x", true, false, true)]
    [InlineData("email", "y", true, false, false)] // it looked for another value
    [InlineData("name", "x", true, false, false)] // or for something else
    [InlineData("email", "x", false, false, false)]
    [InlineData("email", "x", true, true, false)]
    public void An_upsert_by_the_duplicate_key_lost_a_race(string field, string value, bool isUpsert, bool isMulti, bool isRace)
    {
        var request = new CommandRequest { Name = "update" };
        request.Sequences.Add(("updates", Documents.Command(b =>
        {
            var filter = b.Begin("q"u8);
            b.Int32("other"u8, 1);
            b.String(Encoding.UTF8.GetBytes(field), value);
            b.End(filter);
            b.Boolean("upsert"u8, isUpsert);
            b.Boolean("multi"u8, isMulti);
        }, database: "")));

        Assert.Equal(isRace, UpsertRace.IsLost(request, Documents.Command(b => b.String("email"u8, "x"), database: "")));
        Assert.False(UpsertRace.IsLost(request, default));
    }

    [Theory]
    [InlineData(true, 1, true)]
    [InlineData(false, 0, false)]
    public void An_update_that_changes_nothing_still_found_its_document(bool isFound, int n, bool updated)
    {
        var reply = Documents.Command(b =>
        {
            var outcome = b.Begin("lastErrorObject"u8);
            b.Int32("n"u8, 0);
            b.Boolean("updatedExisting"u8, false);
            b.End(outcome);
            if (isFound) b.End(b.Begin("value"u8));
            else b.Value("value"u8, BsonType.Null, []);
        }, database: "");

        FindAndModifyReply.Correct(reply);

        var view = new BsonView(reply);
        Assert.True(view.MoveTo("lastErrorObject"u8));
        var inner = new BsonView(view.Value);
        Assert.True(inner.MoveNext());
        Assert.Equal(n, inner.AsInt64());
        Assert.True(inner.MoveNext());
        Assert.Equal(updated, inner.IsTrue);
    }
}
