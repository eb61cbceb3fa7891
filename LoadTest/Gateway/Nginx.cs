using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace LoadTest.Gateway;

/// <summary>A private nginx on a free loopback port, with its files in its own folder. Dispose stops it and deletes them.</summary>
internal sealed class Nginx : IDisposable
{
    private const int StartSecondsMax = 10, StopSecondsMax = 5, PollMs = 20, AttemptsMax = 3;

    private readonly string _binary;
    private readonly DirectoryInfo _folder;
    private readonly Process _process;

    private Nginx(string binary, DirectoryInfo folder, Process process, IPEndPoint endPoint)
        => (_binary, _folder, _process, EndPoint) = (binary, folder, process, endPoint);

    public IPEndPoint EndPoint { get; }

    /// <summary>Starts nginx and waits until it accepts connections.</summary>
    /// <param name="binary">The path of the nginx binary.</param>
    /// <param name="site">The servers of its configuration; <c>LISTEN</c> is replaced by the address to listen on.</param>
    /// <param name="cancellationToken">Cancels the wait and stops nginx.</param>
    /// <exception cref="LoadTestException">nginx does not start; the message contains its error output.</exception>
    public static Nginx Start(string binary, string site, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var nginx = Launch(binary, site);
            if (nginx.WaitUntilReady(cancellationToken, out var said)) return nginx;
            nginx.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            // Another process may have taken the port after it was found free.
            if (attempt == AttemptsMax) throw new LoadTestException($"{binary} did not start: {said}");
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        // Stopped, the master ends its workers; killed, it would leave them behind.
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
                said = $"its exit code was {_process.ExitCode}. {_process.StandardError.ReadToEnd().Trim()}";
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
                // Not ready yet.
            }
        }

        said = $"it was not listening after {StartSecondsMax} s.";
        return false;
    }
}
