using System.Runtime.InteropServices;

namespace LoadTest;

internal static class Program
{
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
        return Commands.Run(arguments, Consoles.Standard, Console.Error, stop.Token);
    }
}
