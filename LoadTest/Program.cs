using System.Runtime.InteropServices;

namespace LoadTest;

internal static class Program
{
    private const int CouldNotMeasure = 1, WrongOptions = 64, Interrupted = 130;

    private static int Main(string[] arguments)
    {
        // One thread waits for all sockets and runs what follows an answer itself: no hop to a pool, no second thread to wake on a machine that is busy.
        // The runtime reads both when the first socket is made.
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", "1");

        using var stop = new CancellationTokenSource();
        Action<PosixSignalContext> end = signal =>
        {
            signal.Cancel = !stop.IsCancellationRequested; // the second one ends it at once
            stop.Cancel();
        };
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, end);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, end);
        try
        {
            return Commands.Run(arguments, stop.Token);
        }
        catch (Exception e) when (e is UsageException or LoadTestException or IOException or UnauthorizedAccessException or OperationCanceledException)
        {
            Console.Error.WriteLine(e is OperationCanceledException ? "Interrupted." : e.Message);
            if (e is UsageException) Console.Error.WriteLine("See LoadTest --help.");
            return e switch { UsageException => WrongOptions, OperationCanceledException => Interrupted, _ => CouldNotMeasure };
        }
    }
}
