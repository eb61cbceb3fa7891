using System.Runtime.InteropServices;

namespace LoadTest;

internal static class Program
{
    private static int Main(string[] arguments)
    {
        // One thread waits for all sockets and also runs the continuations: no switch to the thread pool, and no second thread to wake on a busy machine. The
        // runtime reads both variables when the first socket is created.
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
