using System.Globalization;

namespace Tests.Cluster;

/// <summary>Reads the processes of this machine from /proc.</summary>
internal static class ProcessTable
{
    /// <summary>Returns a process and all its descendants.</summary>
    public static IReadOnlyList<int> Tree(int root)
    {
        var children = All().Select(id => (Id: id, Parent: Parent(id))).ToLookup(p => p.Parent, p => p.Id);
        List<int> tree = [root];
        for (var i = 0; i < tree.Count; i++) tree.AddRange(children[tree[i]].Except(tree));
        return tree;
    }

    /// <summary>Returns whether the process is running. A zombie is not.</summary>
    public static bool IsAlive(int id) => Stat(id) is [var state, ..] && state != "Z";

    /// <summary>Returns other processes that have a text in their command line, environment or working directory.</summary>
    public static IEnumerable<int> Mentioning(string text)
        => All().Where(id => id != Environment.ProcessId && IsAlive(id)
            && (Read(id, "cmdline").Contains(text, StringComparison.Ordinal) || Read(id, "environ").Contains(text, StringComparison.Ordinal)
                || WorkingDirectory(id).StartsWith(text, StringComparison.Ordinal)));

    public static string Describe(int id) => $"{id} {Read(id, "cmdline").Replace('\0', ' ')}";

    /// <summary>Returns the processes in the process namespace of one of them.</summary>
    public static IEnumerable<int> InNamespaceOf(int id)
    {
        var own = Link(id, "ns/pid");
        return All().Where(other => own.Length > 0 && Link(other, "ns/pid") == own);
    }

    private static IEnumerable<int> All()
        => Directory.EnumerateDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id > 0);

    /// <summary>Returns the parent of a process, or 0 if the process does not exist.</summary>
    public static int Parent(int id) => Stat(id) is [_, var parent, ..] ? int.Parse(parent, CultureInfo.InvariantCulture) : 0;

    /// <summary>Returns the fields from the state on. The name before them may contain anything, but ends at the last parenthesis.</summary>
    private static string[] Stat(int id) => Read(id, "stat") is { Length: > 0 } stat ? stat[(stat.LastIndexOf(')') + 2)..].Split(' ') : [];

    private static string Read(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>Returns a process's working directory, as the process sees it.</summary>
    public static string WorkingDirectory(int id) => Link(id, "cwd");

    private static string Link(int id, string file)
    {
        try
        {
            return new FileInfo($"/proc/{id}/{file}").LinkTarget ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
