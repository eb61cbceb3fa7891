namespace Tests.Unit.LoadTest;

[Trait("Category", "Unit")]
public sealed class CommandsTests
{
    [Theory]
    [InlineData("--help", "consistency")]
    [InlineData("help", "64 wrong options")]
    [InlineData("shop --help", "[default: item=10,one=30,two=25,remove=15,no-stock=10,no-credit=10]")]
    [InlineData("storm --help", "Concurrent users, each with a connection (1 to 1,000) [default: 32]")]
    [InlineData("browse --help", "--ramp <SECONDS>")]
    [InlineData("consistency --help", "[default: http://localhost:8000]")]
    [InlineData("compare --help", "<A.json> <B.json>")]
    [InlineData("checkout -h", "Seconds measured (1 to 3,600) [default: 20]")]
    [InlineData("bare --help", "Seconds measured (1 to 3,600) [default: 5]")]
    [InlineData("customers load --help", "Concurrent inserts of 1,000 customers (1 to 64) [default: 4]")]
    [InlineData("history page --help", "<FILE> <PATH>")]
    public void Each_command_has_help_with_units_limits_and_defaults(string line, string words)
    {
        var (code, output, errors) = CommandLine.Run(line.Split(' '));
        Assert.Equal(0, code);
        Assert.Contains(words, output, StringComparison.Ordinal);
        Assert.Empty(errors);
    }

    [Theory]
    [InlineData("nonsense", "'nonsense' is not a valid command or option.")]
    [InlineData("customers", "Required command was not provided.")]
    [InlineData("compare a.json", "Required argument 'B.json' missing for command: 'compare'.")]
    [InlineData("history check", "Required argument 'PATH' missing for command: 'check'.")]
    [InlineData("bare --target http://localhost:1", "'--target' is not a valid command or option.")]
    public void An_invalid_or_incomplete_command_is_rejected(string line, string message) => Assert.Equal(message, CommandLine.Error(line));

    [Fact]
    public void A_missing_file_cannot_be_measured()
    {
        var (code, output, errors) = CommandLine.Run("compare", "/nowhere/a.json", "/nowhere/b.json");
        Assert.Equal((1, ""), (code, output));
        Assert.Contains("/nowhere/a.json", Assert.Single(errors), StringComparison.Ordinal);
    }
}
