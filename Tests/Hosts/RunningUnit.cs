using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Tests.Cluster;
using Tests.Faults;

namespace Tests.Hosts;

/// <summary>A started unit of a machine: its processes, and its restarts after failures.</summary>
[SupportedOSPlatform("linux")]
internal sealed class RunningUnit(Machine machine, SystemdUnit unit) : IDisposable
{
    private const int LogLinesMax = 60;

    // $1 is the umask, $2 the folder, $3 the limit of open files, which may be lower on a test machine.
    private const string Script = "umask \"$1\"; cd \"$2\"; ulimit -n \"$3\" 2>/dev/null || :; shift 3; exec \"$@\"";

    private readonly ConcurrentQueue<string> _log = [];
    private readonly CancellationTokenSource _stop = new();
    private Process? _main;
    private Task _watch = Task.CompletedTask;

    public string Name => unit.Name;

    public bool IsActive { get; private set; }

    public string Log => string.Concat(_log.Select(line => line + "\n"));

    /// <summary>Starts the unit. Returns when it counts as started, according to its type.</summary>
    public async Task StartAsync()
    {
        try
        {
            _main = await LaunchAsync();
            IsActive = true;
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException && unit.RestartsOnFailure)
        {
            // The machine continues to boot. systemctl start would fail, and install.sh notices that the unit is unhealthy.
            _log.Enqueue(e.Message);
        }
        _watch = WatchAsync();
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _watch;
        if (_main is { } main && !main.HasExited)
        {
            var signal = unit.KillSignal switch { "SIGINT" => Signal.Interrupt, "SIGQUIT" => Signal.Quit, _ => Signal.Terminate };
            var processes = ProcessTable.Tree(main.Id).Skip(1).ToArray(); // the first process is nsenter
            foreach (var id in unit.KillsMainOnly ? processes.Take(1) : processes) signal.TrySend(id);
            await ExitAsync(main, unit.StopTimeMax);
        }
        await CleanAsync();
        IsActive = false;
    }

    /// <summary>Handles the loss of the machine with all its processes.</summary>
    public async Task ForgetAsync()
    {
        await _stop.CancelAsync();
        await _watch;
        IsActive = false;
    }

    public async Task ReloadAsync()
    {
        foreach (var command in unit.Commands("ExecReload", Variables())) await RunAsync(command);
    }

    public void Dispose() => _stop.Dispose();

    private async Task WatchAsync()
    {
        while (machine.IsOn && !_stop.IsCancellationRequested)
        {
            try
            {
                if (_main is { } main)
                {
                    await main.WaitForExitAsync(_stop.Token);
                    IsActive = false;
                    await CleanAsync();
                    if (main.ExitCode == 0 || !unit.RestartsOnFailure) return;
                }
                await Task.Delay(unit.RestartPause, _stop.Token);
                _main = await LaunchAsync();
                IsActive = true;
            }
            catch (Exception e) when (e is InvalidOperationException or TimeoutException)
            {
                _log.Enqueue(e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<Process> LaunchAsync()
    {
        foreach (var (path, mode) in unit.Folders) await machine.RunAsync("install", "-d", "-o", unit.User, "-g", unit.Group, "-m", mode, path);
        foreach (var (id, path) in unit.Credentials)
            await machine.RunAsync("install", "-D", "-o", unit.User, "-g", unit.Group, "-m", "400", path, $"{unit.CredentialsFolder}/{id}");
        var variables = Variables();
        using var notified = unit.IsNotify ? new NotifySocket(machine, unit) : null;
        if (notified is not null) variables["NOTIFY_SOCKET"] = notified.Path;
        foreach (var command in unit.Commands("ExecStartPre", variables)) await RunAsync(command);
        var main = Begin(unit.Commands("ExecStart", variables).Single(), variables);
        try
        {
            if (notified is not null) await notified.ReadyAsync(main, unit.StartTimeMax, _stop.Token);
            foreach (var command in unit.Commands("ExecStartPost", variables)) await RunAsync(command);
            return main;
        }
        catch
        {
            if (!main.HasExited) main.Kill(entireProcessTree: true);
            throw;
        }
    }

    private Dictionary<string, string> Variables() => unit.Environment(path =>
    {
        var file = machine.Disk + path;
        return File.Exists(file) ? File.ReadAllText(file) : null;
    });

    /// <summary>Runs a command of the unit until it exits.</summary>
    private async Task RunAsync(string[] command)
    {
        using var process = Begin(command, Variables());
        await ExitAsync(process, unit.StartTimeMax);
        if (process.ExitCode != 0) throw new InvalidOperationException($"{unit.Name}: {command[0]} ended with exit code {process.ExitCode}\n{Log}");
    }

    private Process Begin(string[] command, Dictionary<string, string> variables)
    {
        string[] arguments =
        [
            .. machine.Enter, "sh", "-c", Script, "sh", unit.FileMask, unit.WorkingDirectory, unit.OpenFilesMax,
            "setpriv", $"--reuid={unit.User}", $"--regid={unit.Group}", "--init-groups", "--no-new-privs", "--", .. command,
        ];
        var start = new ProcessStartInfo("nsenter", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        foreach (var (name, value) in variables) start.Environment[name] = value;
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Keep(string? line)
    {
        if (line is not null) _log.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:HH:mm:ss.fff} {line}"));
        if (_log.Count > LogLinesMax) _log.TryDequeue(out _);
    }

    private static async Task ExitAsync(Process process, TimeSpan timeMax)
    {
        try
        {
            await process.WaitForExitAsync().WaitAsync(timeMax);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>
    /// Kills what is left of the main process: its children were adopted by the machine's first process. They work in one of the unit's folders.
    /// </summary>
    private async Task CleanAsync()
    {
        if (!machine.IsOn) return;
        foreach (var orphan in ProcessTable.Tree(machine.FirstProcess).Skip(1))
            if (unit.Folders.Any(folder => ProcessTable.WorkingDirectory(orphan).StartsWith(folder.Path + "/", StringComparison.Ordinal)))
                Signal.Kill.TrySend(orphan);
        foreach (var (path, _) in unit.Folders.Where(f => f.Path.StartsWith("/run/", StringComparison.Ordinal))) await machine.RunAsync("rm", "-rf", path);
    }

    /// <summary>Socket for the readiness notification of units of type notify, see sd_notify(3).</summary>
    private sealed class NotifySocket : IDisposable
    {
        private const int MessageBytesMax = 4096;
        private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

        public NotifySocket(Machine machine, SystemdUnit unit)
        {
            Path = $"/run/notify-{unit.Name}";
            var file = machine.Disk + Path;
            File.Delete(file);
            _socket.Bind(new UnixDomainSocketEndPoint(file));
            File.SetUnixFileMode(file, (UnixFileMode)0b110_110_110); // writable by any user
        }

        public string Path { get; }

        public async Task ReadyAsync(Process main, TimeSpan timeMax, CancellationToken ct)
        {
            var exited = main.WaitForExitAsync(ct);
            var buffer = new byte[MessageBytesMax];
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(timeMax);
            while (true)
            {
                var received = _socket.ReceiveAsync(buffer, SocketFlags.None, limit.Token).AsTask();
                if (await Task.WhenAny(received, exited) == exited) throw new InvalidOperationException("It ended before it was ready.");
                if (System.Text.Encoding.UTF8.GetString(buffer, 0, await received).Split('\n').Contains("READY=1")) return;
            }
        }

        public void Dispose() => _socket.Dispose();
    }
}
