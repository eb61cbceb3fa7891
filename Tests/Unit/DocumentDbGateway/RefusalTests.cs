extern alias DocumentDbGateway;

using DocumentDbGateway::DocumentDb.Gateway.Bson;
using DocumentDbGateway::DocumentDb.Gateway.Commands;
using DocumentDbGateway::DocumentDb.Gateway.Engine;
using DocumentDbGateway::DocumentDb.Gateway.Wire;

namespace Tests.Unit.DocumentDbGateway;

/// <summary>Options that the engine would ignore are rejected, and no others.</summary>
[Trait("Category", "Unit")]
public sealed class RefusalTests
{
    [Theory]
    [InlineData("find", "min", 238)]
    [InlineData("find", "max", 238)]
    [InlineData("find", "tailable", 2)]
    [InlineData("find", "awaitData", 2)]
    [InlineData("aggregate", "explain", 238)]
    [InlineData("create", "expireAfterSeconds", 72)]
    [InlineData("find", "limit", 0)]
    [InlineData("find", "explain", 0)] // the engine refuses that
    [InlineData("aggregate", "min", 0)]
    public void An_option_of_a_command(string command, string option, int code)
        => Assert.Equal(code, Code(() => Refusals.Check(Request(command, b => b.Boolean(Name(option), true)))));

    [Theory]
    [InlineData(1, 0)]
    [InlineData(-1, 238)]
    public void The_natural_order_backwards(int direction, int code) => Assert.Equal(code, Code(() => Refusals.Check(Request("find", b =>
    {
        var hint = b.Begin("hint"u8);
        b.Int32("$natural"u8, direction);
        b.End(hint);
    }))));

    [Theory]
    [InlineData("local", false, 0)]
    [InlineData("majority", false, 0)]
    [InlineData("linearizable", false, 0)]
    [InlineData("snapshot", true, 0)]
    [InlineData("snapshot", false, 238)]
    [InlineData("other", false, 2)]
    public void A_read_concern(string level, bool isInTransaction, int code) => Assert.Equal(code, Code(() => Refusals.Check(Request("count", b =>
    {
        var concern = b.Begin("readConcern"u8);
        b.String("level"u8, level);
        b.End(concern);
        if (isInTransaction) b.Boolean("autocommit"u8, false);
    }))));

    [Theory]
    [InlineData("update", "updates", "hint", 238)]
    [InlineData("update", "updates", "collation", 238)]
    [InlineData("delete", "deletes", "collation", 238)]
    [InlineData("update", "updates", "upsert", 0)]
    public void An_option_of_a_statement_in_a_section_or_in_the_body(string command, string argument, string option, int code)
    {
        var statement = Documents.Command(b => b.String(Name(option), "x"), database: "");
        Assert.Equal(code, Code(() => Refusals.CheckStatements(Request(command, _ => { }, Documents.Sequence(argument, statement)))));
        Assert.Equal(code, Code(() => Refusals.CheckStatements(Request(command, b =>
        {
            var statements = b.Begin(Name(argument), BsonType.Array);
            b.Value("0"u8, BsonType.Document, statement);
            b.End(statements);
        }))));
    }

    private static CommandRequest Request(string command, Action<BsonBuffer> options, params byte[][] sections)
    {
        var request = new CommandRequest();
        var body = Documents.Command(b =>
        {
            b.String(Name(command), "c");
            options(b);
        });
        Assert.Equal(Parsed.Command, WireProtocol.Parse(Documents.Message(0, [Documents.Body(body), .. sections]), request, out _));
        return request;
    }

    private static int Code(Action check)
    {
        try
        {
            check();
            return 0;
        }
        catch (CommandException e)
        {
            return e.Code;
        }
    }

    private static byte[] Name(string name) => System.Text.Encoding.ASCII.GetBytes(name);
}
