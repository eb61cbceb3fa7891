#pragma warning disable CA1416 // File modes: native engines run on Linux only.

using System.Globalization;
using System.Runtime.InteropServices;
using EngineRoots;

namespace NativeEngines;

/// <summary>
/// The run's own folder: generated files, and data of resources without a volume. It is deleted with the run; the next run removes the folder of a killed
/// AppHost.
/// </summary>
internal sealed class RunDirectory : IDisposable
{
    private const string Prefix = "aspire-run-";

    /// <summary>Enough for logs, generated files and a temporary database; without any space the orchestrator would only fail silently.</summary>
    private const long FreeBytesMin = 200L << 20;

    public RunDirectory()
    {
        Sweep();
        var free = new DriveInfo(System.IO.Path.GetTempPath()).AvailableFreeSpace;
        if (free < FreeBytesMin)
            throw new EngineException(string.Create(CultureInfo.InvariantCulture,
                $"Only {free >> 20} MB are free below {System.IO.Path.GetTempPath()}, and {FreeBytesMin >> 20} MB are needed: free some, or set TMPDIR to a " +
                $"folder with more."));
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(),
            $"{Prefix}{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}-{Guid.NewGuid().ToString("N")[..8]}");
        // If the AppHost is root, engines run as another user, which may pass through the folder but not list it.
        Create(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    public string Path { get; }

    public string For(string resource)
    {
        var folder = System.IO.Path.Combine(Path, resource);
        Create(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return folder;
    }

    public void Dispose() => TryDelete(Path);

    private static void Create(string folder, UnixFileMode mode)
    {
        try
        {
            Directory.CreateDirectory(folder, mode);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"The folder {folder} cannot be created ({e.Message}); free some disk space, or set TMPDIR to a folder " +
                $"that is writable.");
        }
    }

    private static void Sweep()
    {
        foreach (var folder in Directory.GetDirectories(System.IO.Path.GetTempPath(), Prefix + "*"))
        {
            var pid = System.IO.Path.GetFileName(folder)[Prefix.Length..].Split('-')[0];
            if (int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && kill(id, 0) != 0
                && Marshal.GetLastPInvokeError() == NoSuchProcess) TryDelete(folder);
        }
    }

    private static void TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It belongs to another user, or a process is still closing its files: the next sweep removes it.
        }
    }

    private const int NoSuchProcess = 3; // ESRCH

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);
}
