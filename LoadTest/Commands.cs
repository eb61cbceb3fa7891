using LoadTest.Checkouts;
using LoadTest.Customers;
using LoadTest.Gateway;
using LoadTest.Histories;
using LoadTest.Reports;
using LoadTest.Scenarios;

namespace LoadTest;

/// <summary>What this program can be told to do.</summary>
internal static class Commands
{
    private const int Done = 0, Wrong = 2;

    private static readonly ScenarioSet[] Sets = [ShopScenarios.Set, StormScenarios.Set, BrowseScenarios.Set];

    /// <summary>Does it; returns the exit code.</summary>
    /// <exception cref="UsageException">There is no such command, or its options are wrong.</exception>
    /// <exception cref="LoadTestException">It cannot be done.</exception>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public static int Run(string[] arguments, CancellationToken cancellationToken)
    {
        switch (arguments)
        {
            case ["help" or "-h" or "--help"] or [_, "-h" or "--help"] or ["customers", "load", "-h" or "--help"]:
                Console.WriteLine(Help.Text);
                return Done;
            case ["checkout", .. var options]:
                return new CheckoutCommand(CheckoutOptions.Parse(options), Console.Out, cancellationToken).Run() ? Done : Wrong;
            case ["consistency", .. var options]:
                return new ConsistencyCommand(ConsistencyOptions.Parse(options), Console.Out, cancellationToken).Run() ? Done : Wrong;
            case ["compare", var before, var after]:
                Console.Out.Print(RunReport.Read(before), RunReport.Read(after));
                return Done;
            case ["customers", "load", .. var options]:
                var load = new CustomersCommand(CustomersOptions.Parse(options), Console.Out, Console.IsOutputRedirected, cancellationToken);
                load.RunAsync().GetAwaiter().GetResult();
                return Done;
            case ["bare", .. var options]:
                BareCommand.Run(BareOptions.Parse(options), Console.Out, cancellationToken);
                return Done;
            case ["history", "check", .. var histories]:
                return HistoryCommand.Run(histories, page: null, Console.Out) ? Done : Wrong;
            case ["history", "page", var page, .. var histories]:
                return HistoryCommand.Run(histories, page, Console.Out) ? Done : Wrong;
            case [var name, .. var options] when Array.Find(Sets, set => set.Name == name) is { } set:
                var scenarios = ScenarioOptions.Parse(set, options);
                return ScenarioCommand.Run(scenarios, Console.Out, Console.IsOutputRedirected, cancellationToken) ? Done : Wrong;
            default:
                throw new UsageException(arguments is [var command, ..] ? $"There is no command '{command}'." : "A command is missing.");
        }
    }
}
