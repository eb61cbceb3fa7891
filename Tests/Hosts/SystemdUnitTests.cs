namespace Tests.Hosts;

/// <summary>The stand-in must parse units like systemd; otherwise, the tests of three machines would test different units.</summary>
[Trait("Category", "Unit")]
public sealed class SystemdUnitTests
{
    private static readonly Dictionary<string, string> NoVariables = [];

    [Fact]
    public void Commands_are_split_at_blanks_outside_quotes_and_expanded()
    {
        var unit = new SystemdUnit("a.service", """
            # a comment
            [Service]
            LoadCredential=users:/etc/users
            ExecStart=/bin/x -g "daemon off; pid /run/p;" 'one word' --file %d/users $$HOME $NAME ${NAME}
            """);
        Assert.Equal(["/bin/x", "-g", "daemon off; pid /run/p;", "one word", "--file", "/run/credentials/a.service/users", "$HOME", "value", "value"],
            Assert.Single(unit.Commands("ExecStart", new Dictionary<string, string> { ["NAME"] = "value" })));
        Assert.Equal([("users", "/etc/users")], unit.Credentials);
    }

    [Fact]
    public void An_empty_value_resets_earlier_ones()
        => Assert.Empty(new SystemdUnit("a.service", "ExecStartPre=/bin/x\nExecStartPre=\n").Commands("ExecStartPre", NoVariables));

    [Fact]
    public void Variables_come_from_the_unit_and_then_from_files_and_the_last_wins()
    {
        var unit = new SystemdUnit("a.service", "Environment=A=1 \"B=two words\"\nEnvironmentFile=/f\nEnvironmentFile=-/none\n");
        var variables = unit.Environment(file => file == "/f" ? "# a comment\nA=\"2 3\"\nC=d=e;f\n" : null);
        Assert.Equal(("2 3", "two words", "d=e;f"), (variables["A"], variables["B"], variables["C"]));
        Assert.Throws<FileNotFoundException>(() => unit.Environment(_ => null));
    }

    [Fact]
    public void A_variable_that_systemd_would_drop_is_refused()
        => Assert.Throws<FormatException>(() => new SystemdUnit("a.service", "Environment=services__stock-api=x\n").Environment(_ => ""));

    [Theory]
    [InlineData("ExecStart=/bin/x \"open")]
    [InlineData("no assignment")]
    public void An_invalid_unit_is_rejected(string text)
        => Assert.Throws<FormatException>(() => new SystemdUnit("a.service", text).Commands("ExecStart", NoVariables));
}
