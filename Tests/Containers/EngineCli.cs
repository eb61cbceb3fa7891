using System.ComponentModel;
using System.Diagnostics;

namespace Tests.Containers;

/// <summary>Command line of a running container engine.</summary>
internal sealed class EngineCli
{
    private EngineCli(string program) => Program = program;

    /// <summary><c>docker</c> or <c>podman</c>.</summary>
    public string Program { get; }

    /// <summary>Returns the first engine that responds, or null.</summary>
    public static async Task<EngineCli?> FindAsync(CancellationToken ct)
    {
        foreach (var program in new[] { "docker", "podman" })
        {
            var engine = new EngineCli(program);
            if (await engine.TryAsync(["ps", "--quiet"], null, ct) is null) return engine;
        }
        return null;
    }

    /// <summary>Runs a command and returns its output lines.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(IEnumerable<string> arguments, CancellationToken ct)
    {
        var (problem, output) = await ExecuteAsync(arguments, null, ct);
        if (problem is not null) throw new InvalidOperationException(problem);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    /// <summary>Runs a command with the output of <paramref name="input"/> as its standard input. Returns null, or the error message.</summary>
    public async Task<string?> TryAsync(IEnumerable<string> arguments, Func<Stream, Task>? input, CancellationToken ct)
        => (await ExecuteAsync(arguments, input, ct)).Problem;

    private async Task<(string? Problem, string Output)> ExecuteAsync(IEnumerable<string> arguments, Func<Stream, Task>? input, CancellationToken ct)
    {
        var start = new ProcessStartInfo(Program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = new Process { StartInfo = start };
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            return (e.Message, "");
        }
        await using var cancel = ct.Register(() => process.Kill(entireProcessTree: true));
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        try
        {
            if (input is not null) await input(process.StandardInput.BaseStream);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The command exited before it had read everything; its error output gives the reason.
        }
        await process.WaitForExitAsync(ct);
        return (process.ExitCode == 0 ? null : $"{Program} {string.Join(' ', start.ArgumentList)}: {(await errors).Trim()}", await output);
    }
}
