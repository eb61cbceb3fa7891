extern alias DocumentDbGateway;

using System.Text;
using DocumentDbGateway::DocumentDb.Gateway.Bson;
using DocumentDbGateway::DocumentDb.Gateway.Commands;
using DocumentDbGateway::DocumentDb.Gateway.Engine;

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
    public void Codes_have_names() => Assert.Equal(("DuplicateKey", "Location40324"), (ErrorCodes.Name(11000), ErrorCodes.Name(40324)));

    [Fact]
    public void A_duplicate_key_reads_as_MongoDB_writes_it()
    {
        var document = Documents.Command(b =>
        {
            b.String("email"u8, "a@\"b");
            var inner = b.Begin("a"u8);
            b.Int32("b"u8, 7);
            b.End(inner);
        }, database: "");
        var key = Documents.Command(b =>
        {
            b.Int32("email"u8, 1);
            b.Int32("a.b"u8, -1);
            b.Int32("none"u8, 1);
        }, database: "");

        var error = DuplicateKeys.Describe("shop.customers", "by_email", key, Statement.Of(document), new InvalidOperationException());

        Assert.Equal("E11000 duplicate key error collection: shop.customers index: by_email dup key: { email: \"a@\\\"b\", a.b: 7, none: null }",
            error.Message);
        byte[] whole = [.. BitConverter.GetBytes(error.Detail.Length + 5), .. error.Detail.Span, 0];
        Assert.Equal(BsonFault.None, BsonCheck.Check(whole));
        var view = new BsonView(whole);
        Assert.True(view.MoveTo("keyPattern"u8) && view.Value.SequenceEqual(key));
        Assert.True(view.MoveTo("keyValue"u8));
    }

    [Fact]
    public void The_values_of_an_update_come_from_what_it_sets()
    {
        var update = Documents.Command(b =>
        {
            var q = b.Begin("q"u8);
            b.Int32("_id"u8, 5);
            b.End(q);
            var u = b.Begin("u"u8);
            var set = b.Begin("$set"u8);
            b.String("email"u8, "x");
            b.End(set);
            b.End(u);
        }, database: "");
        var statement = Statement.Of(update);

        Assert.Equal(BsonType.String, statement.Find("email"u8, out var value));
        Assert.Equal("x", Encoding.UTF8.GetString(value[4..^1]));
        Assert.Equal(BsonType.Int32, statement.Find("_id"u8, out _));
        Assert.Equal(BsonType.Null, statement.Find("other"u8, out _));
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
