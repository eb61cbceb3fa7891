using System.Runtime.CompilerServices;

namespace Tests.Repository;

/// <summary>Source files of the repository that these tests were built from.</summary>
internal static class SourceTree
{
    private static readonly string[] Made = ["bin", "obj", ".git", ".vs", ".idea", "node_modules", "TestResults", "artifacts"];

    /// <summary>The folder of <c>global.json</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>All files that are not generated, relative to <see cref="Root"/>.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Walk(Root).Select(file => Path.GetRelativePath(Root, file)).Order(StringComparer.Ordinal)];

    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    // Located from this source file, because a build may write its output anywhere.
    private static string FindRoot([CallerFilePath] string source = "")
    {
        var folder = Path.GetDirectoryName(source);
        while (folder is not null && !File.Exists(Path.Combine(folder, "global.json"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException($"There is no global.json above {source}.");
    }

    private static IEnumerable<string> Walk(string folder) => Directory.GetFiles(folder)
        .Concat(Directory.GetDirectories(folder).Where(below => !Made.Contains(Path.GetFileName(below))).SelectMany(Walk));
}
