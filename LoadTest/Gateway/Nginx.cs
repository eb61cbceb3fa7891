using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace LoadTest.Gateway;

/// <summary>An nginx of our own, on a free port of the loopback, with its files in a folder of its own. Disposing ends it and removes them.</summary>
internal sealed class Nginx : IDisposable
{
    private const int StartSecondsMax = 10, StopSecondsMax = 5, PollMs = 20, AttemptsMax = 3;

    private readonly string _binary;
    private readonly DirectoryInfo _folder;
    private readonly Process _process;

    private Nginx(string binary, DirectoryInfo folder, Process process, IPEndPoint endPoint)
        => (_binary, _folder, _process, EndPoint) = (binary, folder, process, endPoint);

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Starts it and waits until it takes connections.</summary>
    /// <param name="binary">Its file.</param>
    /// <param name="site">The servers of its configuration; <c>LISTEN</c> stands for the address to listen on.</param>
    /// <param name="cancellationToken">Ends the wait, and nginx.</param>
    /// <exception cref="LoadTestException">It does not start; the message has what it said.</exception>
    public static Nginx Start(string binary, string site, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var nginx = Launch(binary, site);
            if (nginx.WaitUntilReady(cancellationToken, out var said)) return nginx;
            nginx.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            // Another process may have taken the port between our looking for one and nginx's listening.
            if (attempt == AttemptsMax) throw new LoadTestException($"{binary} does not start: {said}");
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        // Its master ends the workers when it is told to; killed, it would leave them behind.
        if (!_process.HasExited)
        {
            using var stop = Process.Start(new ProcessStartInfo(_binary, [.. Arguments(_folder), "-s", "stop"]) { RedirectStandardError = true });
            stop?.WaitForExit(TimeSpan.FromSeconds(StopSecondsMax));
            if (!_process.WaitForExit(TimeSpan.FromSeconds(StopSecondsMax))) _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static Nginx Launch(string binary, string site)
    {
        var folder = Directory.CreateTempSubdirectory("loadtest-nginx-");
        try
        {
            var endPoint = new IPEndPoint(IPAddress.Loopback, FreePort());
            var configuration = Embedded.Read("nginx.conf").Replace("FOLDER", folder.FullName, StringComparison.Ordinal);
            File.WriteAllText(Path.Combine(folder.FullName, "nginx.conf"), configuration);
            File.WriteAllText(Path.Combine(folder.FullName, "site.conf"), site.Replace("LISTEN", $"{endPoint}", StringComparison.Ordinal));
            var start = new ProcessStartInfo(binary, Arguments(folder)) { RedirectStandardError = true, WorkingDirectory = folder.FullName };
            return new Nginx(binary, folder, Process.Start(start)!, endPoint);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            folder.Delete(recursive: true);
            throw new LoadTestException($"{binary} cannot be run: {e.Message}.");
        }
    }

    private static string[] Arguments(DirectoryInfo folder) => ["-e", "stderr", "-p", folder.FullName + "/", "-c", Path.Combine(folder.FullName, "nginx.conf")];

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private bool WaitUntilReady(CancellationToken cancellationToken, out string said)
    {
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < TimeSpan.FromSeconds(StartSecondsMax) && !cancellationToken.IsCancellationRequested;)
        {
            said = "";
            if (_process.WaitForExit(TimeSpan.FromMilliseconds(PollMs)))
            {
                said = $"it ended with {_process.ExitCode}. {_process.StandardError.ReadToEnd().Trim()}";
                return false;
            }

            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(EndPoint);
                return true;
            }
            catch (SocketException)
            {
                // Not yet.
            }
        }

        said = $"it does not listen after {StartSecondsMax} s.";
        return false;
    }
}
