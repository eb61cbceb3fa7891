using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace EngineRoots;

/// <summary>Runs short-lived helper programs on the calling thread.</summary>
internal static class Tool
{
    private const int OutputCharactersMax = 256 * 1024, ErrorLinesMax = 200, TickMs = 1000, OutputMsMax = 2000;

    /// <summary>
    /// Runs a program and returns its standard output (at most 256 Ki characters). The kernel kills it if this process dies (PR_SET_PDEATHSIG; the call is
    /// synchronous because that signal follows the thread that forked).
    /// </summary>
    /// <exception cref="ToolException">The program could not be started, had an exit code other than 0, or timed out.</exception>
    /// <exception cref="OperationCanceledException">Canceled; the program and its children are killed.</exception>
    public static string Run(string fileName, IEnumerable<string> arguments, ToolOptions options, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var identity = options.AsEngineUser ? EngineUser.SetprivIdentity : [];
        var start = new ProcessStartInfo("setpriv", [.. identity, "--pdeathsig=KILL", "--", fileName, .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/",
        };
        // Error output is searched for English words. GMT, which initdb copies into its data, is the only time zone that Postgres knows without zone files.
        start.Environment["LC_ALL"] = "C";
        start.Environment["TZ"] = "GMT";
        foreach (var (name, value) in options.Environment) start.Environment[name] = value;

        var output = new StringBuilder();
        var errors = new Queue<string>();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, e) =>
        {
            lock (output)
                if (e.Data is not null && output.Length < OutputCharactersMax) output.Append(e.Data).Append('\n');
        };
        process.ErrorDataReceived += (_, e) =>
        {
            lock (output)
            {
                if (e.Data is not null) errors.Enqueue(e.Data);
                if (errors.Count > ErrorLinesMax) errors.Dequeue();
            }
        };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw new ToolException($"setpriv (package util-linux) cannot be started: {e.Message}");
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var registration = ct.Register(() => process.Kill(entireProcessTree: true));
        WriteInput(process, options.Input);
        Wait(process, Path.GetFileName(fileName), options);
        ct.ThrowIfCancellationRequested();
        lock (output)
        {
            if (process.ExitCode == 0) return output.ToString();
            throw new ToolException(Reason(errors) is { Length: > 0 } reason ? reason : $"{fileName} ended with exit code {process.ExitCode}");
        }
    }

    /// <summary>
    /// Selects the line of error output with the reason: a full disk first, then apt's first E: line, then the last error, then the last line.
    /// </summary>
    internal static string Reason(IEnumerable<string> errorLines)
    {
        var lines = errorLines.Select(line => line.Trim()).Where(line => line.Length > 0).ToList();
        var line = lines.Find(l => l.Contains("No space left on device", StringComparison.Ordinal))
            ?? lines.Find(l => l.StartsWith("E: ", StringComparison.Ordinal))
            ?? lines.FindLast(l => ErrorWords.Any(w => l.Contains(w, StringComparison.OrdinalIgnoreCase)))
            ?? lines.LastOrDefault() ?? "";
        var from = ErrorWords.Select(w => line.IndexOf(w, StringComparison.Ordinal)).Where(i => i >= 0).DefaultIfEmpty(0).Min();
        return (line.StartsWith("E: ", StringComparison.Ordinal) ? line[3..] : line[from..]).TrimEnd('.');
    }

    /// <summary>Returns whether the PATH has a program with that name.</summary>
    public static bool IsOnPath(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, name)));

    // The marks that Postgres and nginx put before their text; a time and a process id precede them.
    private static readonly string[] ErrorWords = ["PANIC:", "FATAL:", "ERROR:", "[emerg]", "error:"];

    private static void WriteInput(Process process, string input)
    {
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading its input; the exit code shows whether it failed.
        }
    }

    private static void Wait(Process process, string name, ToolOptions options)
    {
        var clock = Stopwatch.StartNew();
        while (!process.WaitForExit(TickMs))
        {
            if (clock.Elapsed > options.Timeout)
            {
                process.Kill(entireProcessTree: true);
                throw new ToolException($"{name} took longer than {options.Timeout.TotalSeconds:0} s");
            }

            options.Tick?.Invoke();
        }

        // Only this overload also waits until both outputs are read to their end. A child that the program left behind may hold them open as long as it lives;
        // the program's own output is already in the pipes.
        process.WaitForExitAsync().Wait(OutputMsMax);
    }
}
