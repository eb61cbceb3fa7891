namespace EngineRoots;

/// <summary>Reads what /proc tells about other processes, as far as this user may see it.</summary>
internal static class ProcFile
{
    /// <summary>Where a link of /proc points to; null when the process is gone or belongs to someone else.</summary>
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

    /// <summary>A process's command line as it shows in a process list; empty when the process is gone.</summary>
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

    /// <summary>The processes whose current folder is exactly this one: engines stay in their data folder, with all their children.</summary>
    public static IReadOnlyList<int> ProcessesIn(string directory) =>
        [.. from folder in Directory.GetDirectories("/proc")
            where int.TryParse(Path.GetFileName(folder), out _) && LinkTarget(Path.Combine(folder, "cwd")) == directory
            select int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture)];
}
