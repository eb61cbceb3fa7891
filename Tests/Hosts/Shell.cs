using System.Diagnostics;

namespace Tests.Hosts;

/// <summary>Runs short commands on this machine.</summary>
internal static class Shell
{
    /// <summary>Runs a program until it exits. Returns its combined output.</summary>
    public static async Task<(int Code, string Output)> TryAsync(TimeSpan timeMax, IReadOnlyDictionary<string, string?> variables, string program,
        params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(timeMax);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"took longer than {timeMax}\n{await output}{await errors}");
        }
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Runs a program that must succeed within 30 s.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (code, output) = await TryAsync(TimeSpan.FromSeconds(30), new Dictionary<string, string?>(), program, arguments);
        return code == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: exit code {code}\n{output}");
    }
}
