using Spectre.Console;

namespace LoadTest.Reports;

/// <summary>Consoles to write to.</summary>
internal static class Consoles
{
    private const int PlainWidth = 10_000; // a line stays a line

    /// <summary>Standard output: in a terminal it has styles and parts that are redrawn, elsewhere plain lines.</summary>
    public static IAnsiConsole Standard => Console.IsOutputRedirected ? Plain(Console.Out) : AnsiConsole.Console;

    /// <summary>Plain lines, as long as they are, whatever the environment says of the terminal.</summary>
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
