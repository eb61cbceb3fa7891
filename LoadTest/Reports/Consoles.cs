using Spectre.Console;

namespace LoadTest.Reports;

internal static class Consoles
{
    private const int PlainWidth = 10_000; // lines are never wrapped

    /// <summary>Standard output: in a terminal with styles and redrawn parts, elsewhere with plain lines.</summary>
    public static IAnsiConsole Standard => Console.IsOutputRedirected ? Plain(Console.Out) : AnsiConsole.Console;

    /// <summary>Creates a console with plain lines of any length, whatever the environment says about the terminal.</summary>
    public static IAnsiConsole Plain(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer), Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });
        console.Profile.Width = PlainWidth;
        return console;
    }
}
