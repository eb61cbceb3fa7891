using System.CommandLine;
using System.CommandLine.Invocation;
using Spectre.Console;

namespace LoadTest;

internal static class Commands
{
    private const int Done = 0, CouldNotMeasure = 1, Wrong = 2, WrongOptions = 64, Interrupted = 130;

    private const string Description = """
        Uses the shop as its users do, measures its checkout, and fills its customers.

        Exit codes: 0 measured, and the shop is right; 1 could not measure, or could not read the books; 2 the books do not balance, or something was answered
        that must not be; 64 wrong options; 130 interrupted.
        """;

    /// <summary>Runs a command line; returns the exit code.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="output">Receives results and help.</param>
    /// <param name="errors">Receives a line with the reason of a failure.</param>
    /// <param name="stop">Interrupts the command.</param>
    public static int Run(string[] arguments, IAnsiConsole output, TextWriter errors, CancellationToken stop)
    {
        try
        {
            var given = Root(output, stop).Parse(arguments is ["help"] ? ["--help"] : arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (given.Action is ParseErrorAction)
                throw new UsageException(given.UnmatchedTokens is [var token, ..] ? $"'{token}' is not a valid command or option." : given.Errors[0].Message);
            return given.Invoke(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = output.Profile.Out.Writer,
            });
        }
        catch (Exception e) when (e is UsageException or LoadTestException or IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            errors.WriteLine(e is OperationCanceledException ? "Interrupted." : e.Message);
            if (e is UsageException) errors.WriteLine("See LoadTest --help, or --help of a command.");
            return e switch { UsageException => WrongOptions, OperationCanceledException => Interrupted, _ => CouldNotMeasure };
        }
    }

    private static RootCommand Root(IAnsiConsole output, CancellationToken stop)
    {
        var root = new RootCommand(Description);
        foreach (var set in (ScenarioSet[])[ShopScenarios.Set, StormScenarios.Set, BrowseScenarios.Set])
            root.Add(ScenarioOptions.Command(set, options => Code(ScenarioCommand.Run(options, output, stop))));
        root.Add(ConsistencyOptions.Command(options => Code(new ConsistencyCommand(options, output, stop).Run())));
        root.Add(Compare(output));
        root.Add(CheckoutOptions.Command(options => Code(new CheckoutCommand(options, output, stop).Run())));
        root.Add(CheckoutOptions.MixCommand(options => Code(new CheckoutCommand(options, output, stop).Run())));
        root.Add(BareOptions.Command(options => Code(BareCommand.Run(options, output, stop))));
        root.Add(new Command("customers", "Fills Customer.Api's collection")
        {
            CustomersOptions.Command(options => Code(new CustomersCommand(options, output, stop).RunAsync().GetAwaiter().GetResult())),
        });
        root.Add(new Command("history", "Checks histories from the fault tests") { Check(output), Page(output) });
        return root;
    }

    private static Command Compare(IAnsiConsole output)
    {
        var (before, after) = (new Argument<string>("A.json"), new Argument<string>("B.json"));
        var command = new Command("compare", "Compares two reports and shows differences beyond noise") { before, after };
        command.SetAction(given => output.Print(RunReport.Read(given.GetRequiredValue(before)), RunReport.Read(given.GetRequiredValue(after))));
        return command;
    }

    private static Command Check(IAnsiConsole output)
    {
        var paths = Paths();
        var command = new Command("check", "Judges histories") { paths };
        command.SetAction(given => Code(HistoryCommand.Run(given.GetRequiredValue(paths), page: null, output)));
        return command;
    }

    private static Command Page(IAnsiConsole output)
    {
        var (page, paths) = (new Argument<string>("FILE") { Description = "The file for the page, in Markdown" }, Paths());
        var command = new Command("page", "Checks histories and writes the page of evidence (docs/faults.md)") { page, paths };
        command.SetAction(given => Code(HistoryCommand.Run(given.GetRequiredValue(paths), given.GetRequiredValue(page), output)));
        return command;
    }

    private static Argument<string[]> Paths() => new("PATH") { Description = "Files, or folders of them", Arity = ArgumentArity.OneOrMore };

    private static int Code(bool isRight) => isRight ? Done : Wrong;
}
