using System.Runtime.InteropServices;
using LoadTest.Checkouts;
using LoadTest.Customers;
using LoadTest.Gateway;
using LoadTest.Histories;

namespace LoadTest;

internal static class Program
{
    private const int Done = 0, CouldNotMeasure = 1, NotBalanced = 2, WrongOptions = 64, Interrupted = 130;

    private static int Main(string[] arguments)
    {
        // One thread waits for all sockets and runs what follows an answer itself: no hop to a pool, no second thread to wake on a machine that is busy.
        // The runtime reads both when the first socket is made.
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", "1");

        using var stop = new CancellationTokenSource();
        Action<PosixSignalContext> end = signal => { signal.Cancel = true; stop.Cancel(); };
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, end);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, end);
        try
        {
            return Run(arguments, stop.Token);
        }
        catch (Exception e) when (e is UsageException or LoadTestException or IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            Console.Error.WriteLine(e is OperationCanceledException ? "Interrupted." : e.Message);
            if (e is UsageException) Console.Error.WriteLine("See LoadTest --help.");
            return e switch { UsageException => WrongOptions, OperationCanceledException => Interrupted, _ => CouldNotMeasure };
        }
    }

    private static int Run(string[] arguments, CancellationToken cancellationToken)
    {
        switch (arguments)
        {
            case ["help" or "-h" or "--help"] or [_, "-h" or "--help"]:
                Console.WriteLine(Help.Text);
                return Done;
            case ["checkout", .. var options]:
                return new CheckoutCommand(CheckoutOptions.Parse(options), Console.Out, cancellationToken).Run() ? Done : NotBalanced;
            case ["customers", "load", "-h" or "--help"]:
                Console.WriteLine(Help.Text);
                return Done;
            case ["customers", "load", .. var options]:
                var load = new CustomersCommand(CustomersOptions.Parse(options), Console.Out, Console.IsOutputRedirected, cancellationToken);
                load.RunAsync().GetAwaiter().GetResult();
                return Done;
            case ["bare", .. var options]:
                BareCommand.Run(BareOptions.Parse(options), Console.Out, cancellationToken);
                return Done;
            case ["history", "check", .. var histories]:
                return HistoryCommand.Run(histories, page: null, Console.Out) ? Done : NotBalanced;
            case ["history", "page", var page, .. var histories]:
                return HistoryCommand.Run(histories, page, Console.Out) ? Done : NotBalanced;
            default:
                throw new UsageException(arguments is [var command, ..] ? $"There is no command '{command}'." : "A command is missing.");
        }
    }
}
