using System.Diagnostics;
using Aspire.Hosting;
using Microsoft.Extensions.Configuration;

namespace NativeEngines;

/// <summary>Detects whether Docker or Podman can run containers on this machine.</summary>
internal static class ContainerRuntimes
{
    private const string None = "none", Setting = "ASPIRE_CONTAINER_RUNTIME";
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(15);
    private static readonly string[] Known = ["docker", "podman"];

    /// <summary>Removes the setting from the configuration. Returns the required runtime, <c>none</c>, or null for the first that answers.</summary>
    public static string? TakeSetting(IConfigurationManager configuration)
    {
        if (configuration[Setting] is not { Length: > 0 } name) return null;
        if (!string.Equals(name, None, StringComparison.OrdinalIgnoreCase)) return name;
        configuration.AddInMemoryCollection([new(Setting, "")]); // DCP supports docker and podman only
        return None;
    }

    /// <summary>Returns whether a runtime's engine answers.</summary>
    /// <param name="wanted">The required runtime; null for any.</param>
    /// <param name="ct">Cancels the check.</param>
    /// <exception cref="DistributedApplicationException">The required runtime does not answer.</exception>
    public static async Task<bool> AnyAnswersAsync(string? wanted, CancellationToken ct)
    {
        if (wanted == None) return false;
        foreach (var runtime in wanted is null ? Known : [wanted])
            if (await AnswersAsync(runtime, ct)) return true;
        if (wanted is null) return false;
        throw new DistributedApplicationException($"ASPIRE_CONTAINER_RUNTIME is '{wanted}', but it does not answer: start it, or unset the variable.");
    }

    private static async Task<bool> AnswersAsync(string runtime, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(AnswerTimeout);
        using var process = new Process
        {
            // `docker version` fails if only the client is installed; `podman version` needs no running engine.
            StartInfo = new(runtime, ["version", "--format", "{{.Server.Version}}"]) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        try
        {
            process.Start();
            _ = process.StandardOutput.ReadToEndAsync(limit.Token);
            _ = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // not installed
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            return false;
        }
    }
}
