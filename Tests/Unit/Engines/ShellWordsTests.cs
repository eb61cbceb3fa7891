using EngineRoots;
using NativeEngines;

namespace Tests.Unit.Engines;

[Trait("Category", "Unit")]
public sealed class ShellWordsTests
{
    private static readonly Dictionary<string, string> Variables = new() { ["PASSWORD"] = "a b'\"$X;#", ["N_1"] = "one", ["EMPTY"] = "" };

    [Theory]
    [InlineData("", "")]
    [InlineData("  a\t b\n", "a|b")]
    [InlineData("a'b c'd", "ab cd")]
    [InlineData("\"a 'b'\" ''", "a 'b'|")]
    [InlineData("a\\ b \\$X \\'", "a b|$X|'")]
    [InlineData("redis-server --requirepass $PASSWORD --save", "redis-server|--requirepass|a b'\"$X;#|--save")]
    [InlineData("${N_1}x $N_1/x \"$N_1\" '$N_1'", "onex|one/x|one|$N_1")]
    [InlineData("--requirepass \"$EMPTY\"", "--requirepass|")]
    [InlineData("a#b a~b x=y", "a#b|a~b|x=y")]
    [InlineData("\"a\\b \\n \\$X \\\" \\\\ \\` \\'\"", "a\\b \\n $X \" \\ ` \\'")]
    [InlineData("a \\\n b\\\nc \"d\\\ne\"", "a|bc|de")]
    [InlineData("--requirepass $UNSET $EMPTY --save", "--requirepass|--save")]
    [InlineData("\"$UNSET\" x$UNSET ${UNSET}y", "|x|y")]
    public void Simple_commands_are_split_as_a_shell_does(string command, string expected) =>
        Assert.Equal(expected, string.Join('|', ShellWords.Parse(command, Variables)));

    [Theory]
    [InlineData("a; b")]
    [InlineData("a && b")]
    [InlineData("a | b")]
    [InlineData("a > b")]
    [InlineData("a < b")]
    [InlineData("`a`")]
    [InlineData("\"`a`\"")]
    [InlineData("$(a)")]
    [InlineData("${a:-b}")]
    [InlineData("${a")]
    [InlineData("$")]
    [InlineData("a *.conf")]
    [InlineData("# comment")]
    [InlineData("~/redis-server")]
    [InlineData("'a")]
    [InlineData("\"a")]
    public void Commands_that_need_a_shell_are_rejected(string command) => Assert.Throws<FormatException>(() => ShellWords.Parse(command, Variables));
}
