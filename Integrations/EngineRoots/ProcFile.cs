namespace EngineRoots;

/// <summary>Reads /proc entries of other processes, as far as this user is allowed to.</summary>
internal static class ProcFile
{
    /// <summary>Gets the target of a /proc link; null if the process is gone or belongs to another user.</summary>
    public static string? LinkTarget(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false)?.FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Gets a process's command line as shown in a process list; empty if the process is gone.</summary>
    public static string CommandLine(int processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/cmdline").Replace('\0', ' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>Gets the hard limit of open files, which child processes inherit; null if there is none.</summary>
    public static long? OpenFilesMax()
    {
        // Max open files            1024                 524288               files
        var line = File.ReadLines("/proc/self/limits").FirstOrDefault(static line => line.StartsWith("Max open files", StringComparison.Ordinal));
        return long.TryParse(line?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], out var max) ? max : null;
    }

    /// <summary>Finds the processes whose working folder is exactly this one: engines stay in their data folder, with all their children.</summary>
    public static IReadOnlyList<int> ProcessesIn(string directory) =>
        [.. from folder in Directory.GetDirectories("/proc")
            where int.TryParse(Path.GetFileName(folder), out _) && LinkTarget(Path.Combine(folder, "cwd")) == directory
            select int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture)];
}
