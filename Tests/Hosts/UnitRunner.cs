using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text;

namespace Tests.Hosts;

/// <summary>
/// Replaces systemd for one machine, as far as the shop's units and install.sh need it: starts units in order and restarts failed ones. Commands come from
/// a script named systemctl through a socket. Units are neither sandboxed nor limited; systemd-analyze checks those settings.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class UnitRunner : IAsyncDisposable
{
    private const string Units = "etc/systemd/system";
    private readonly Machine _machine;
    private readonly ConcurrentDictionary<string, RunningUnit> _running = [];
    private readonly ConcurrentDictionary<string, string> _enabled = [];
    private readonly SemaphoreSlim _turn = new(1);
    private Socket? _listener;
    private Task _serving = Task.CompletedTask;

    public UnitRunner(Machine machine) => _machine = machine;

    /// <summary>Last log lines of all units since the machine started.</summary>
    public string Log => string.Concat(_running.Values.Select(u => $"--- {_machine.Name} {u.Name}\n{u.Log}"));

    /// <summary>Last log lines of one unit.</summary>
    public string LogOf(string name) => _running.TryGetValue(name, out var unit) ? unit.Log : "";

    /// <summary>Starts the enabled units, each after the units it names.</summary>
    public async Task BootAsync()
    {
        Serve();
        Dictionary<string, Task> starts = [];
        foreach (var name in Order([.. _enabled.Where(e => e.Value == "enabled").Select(e => e.Key)]))
        {
            var before = Task.WhenAll(Read(name).After.Select(starts.GetValueOrDefault).OfType<Task>());
            starts[name] = StartAfterAsync(name, before);
        }
        await Task.WhenAll(starts.Values);
    }

    /// <summary>Handles the loss of the machine: nothing runs, and nothing is restarted.</summary>
    public async Task ForgetAsync()
    {
        _listener?.Dispose();
        await _serving;
        foreach (var unit in _running.Values)
        {
            await unit.ForgetAsync();
            unit.Dispose();
        }
        _running.Clear();
    }

    /// <summary>Handles the loss of the machine's disk: no unit is enabled.</summary>
    public void Reset() => _enabled.Clear();

    public async ValueTask DisposeAsync()
    {
        await ForgetAsync();
        _turn.Dispose();
    }

    private SystemdUnit Read(string name) => new(name, File.ReadAllText(Path.Combine(_machine.Disk, Units, name)));

    private List<string> Order(List<string> names)
    {
        names.Sort(StringComparer.Ordinal);
        List<string> ordered = [];
        while (names.Count > 0)
        {
            var next = names.Find(n => !Read(n).After.Any(names.Contains)) ?? throw new InvalidOperationException($"{names[0]} comes after itself.");
            names.Remove(next);
            ordered.Add(next);
        }
        return ordered;
    }

    private async Task StartAfterAsync(string name, Task before)
    {
        await before;
        await StartAsync(name);
    }

    private async Task StartAsync(string name)
    {
        if (_running.TryGetValue(name, out var running) && running.IsActive) return;
        if (running is not null)
        {
            await running.StopAsync();
            running.Dispose();
        }
        running = _running[name] = new RunningUnit(_machine, Read(name));
        await running.StartAsync();
    }

    private async Task StopAsync(string name)
    {
        if (_running.TryGetValue(name, out var running)) await running.StopAsync();
    }

    private async Task ReloadAsync(string name)
    {
        if (_running.TryGetValue(name, out var running) && running.IsActive) await running.ReloadAsync();
        else await StartAsync(name);
    }

    private void Serve()
    {
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(_machine.Disk, "run/manager.sock")));
        _listener.Listen();
        _serving = AcceptAsync(_listener);
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
            await using var stream = new NetworkStream(client, ownsSocket: true);
            await AnswerAsync(stream);
        }
    }

    /// <summary>Serves one HTTP request, whose path segments are the words of the command.</summary>
    private async Task AnswerAsync(NetworkStream stream)
    {
        var line = await new StreamReader(stream).ReadLineAsync() ?? "";
        var words = line.Split(' ')[1].Split('/', StringSplitOptions.RemoveEmptyEntries);
        var (isDone, text) = (true, "");
        try
        {
            (isDone, text) = await ControlAsync([.. words.Where(w => !w.StartsWith('-'))]);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or TimeoutException)
        {
            (isDone, text) = (false, e.Message);
        }
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"HTTP/1.0 {(isDone ? "200 Done" : "500 Failed")}\r\nConnection: close\r\n\r\n{text}"));
    }

    private async Task<(bool IsDone, string Text)> ControlAsync(string[] words)
    {
        await _turn.WaitAsync();
        try
        {
            foreach (var name in words.Skip(1))
                switch (words[0])
                {
                    case "start": await StartAsync(name); break;
                    case "stop": await StopAsync(name); break;
                    case "restart": await StopAsync(name); await StartAsync(name); break;
                    case "reload-or-restart": await ReloadAsync(name); break;
                    case "enable": _enabled[name] = "enabled"; break;
                    case "disable": _enabled.TryRemove(name, out _); break;
                    default: return (false, $"unknown command {words[0]}");
                }
            return (words is ["daemon-reload"] || words.Length > 1, "");
        }
        finally
        {
            _turn.Release();
        }
    }
}
