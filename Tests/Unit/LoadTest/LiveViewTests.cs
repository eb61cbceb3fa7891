using LoadTest.Reports;
using LoadTest.Statistics;
using Spectre.Console;

namespace Tests.Unit.LoadTest;

[Trait("Category", "Unit")]
public sealed class LiveViewTests
{
    [Fact]
    public void In_a_terminal_the_lines_of_a_second_replace_the_previous_ones()
    {
        using var writer = new StringWriter();
        var terminal = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer), Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes, ColorSystem = ColorSystemSupport.NoColors,
        });
        terminal.Profile.Width = 120;
        Watch(terminal, isPlain: false);
        var text = writer.ToString();
        Assert.Contains("\e[5A", text, StringComparison.Ordinal); // five lines up
        var last = text[text.LastIndexOf("300/s", StringComparison.Ordinal)..];
        Assert.Contains("p50 3.0 ms, p99 9.0 ms", last, StringComparison.Ordinal);
        Assert.Contains("3 unexpected, 6 failed", last, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_a_terminal_each_second_is_a_plain_line(bool isPlain)
    {
        using var writer = new StringWriter();
        Watch(Consoles.Plain(writer), isPlain);
        var lines = writer.ToString().TrimEnd().Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("     3 s   measured       300/s  refused 1  failed 2  p50 3.0 ms  p99 9.0 ms", lines[2], StringComparison.Ordinal);
        Assert.DoesNotContain('\e', writer.ToString());
    }

    private static void Watch(IAnsiConsole console, bool isPlain) => LiveView.Watch(console, isPlain, totalSeconds: 10, show =>
    {
        for (var i = 1; i <= 3; i++) show(new SecondStatistics(i, LoadPhase.Measured, 100 * i, 1, 2, 3_000_000, 9_000_000, 0));
        return new LoadStatistics();
    });
}
