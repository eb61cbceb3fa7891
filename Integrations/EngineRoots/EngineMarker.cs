using System.Globalization;
using System.IO.Enumeration;
using System.Text;

namespace EngineRoots;

/// <summary>
/// The file that marks a folder as an engine root. It is written last and lists the root's contents, so a root that was moved, damaged, or made by another
/// recipe is detected. Its format is plain lines, because every warm start reads it.
/// </summary>
internal sealed record EngineMarker(int Recipe, string Path, int Files, long Bytes, IReadOnlyDictionary<string, string> Packages)
{
    public const string FileName = "engine-root.txt";

    public string Format()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"recipe {Recipe}\npath {Path}\nfiles {Files}\nbytes {Bytes}\n");
        foreach (var (name, version) in Packages.OrderBy(p => p.Key, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"package {name} {version}\n");
        return text.Append("end\n").ToString();
    }

    /// <summary>Parses a marker; null if the text is not valid or was cut off.</summary>
    public static EngineMarker? Parse(string text)
    {
        var lines = text.Split('\n');
        if (lines is not [var recipe, var path, var files, var bytes, .. var packages, "end", ""]) return null;
        if (Number(recipe, "recipe ") is not { } recipeNumber || Number(files, "files ") is not { } fileCount || Number(bytes, "bytes ") is not { } byteCount
            || !path.StartsWith("path /", StringComparison.Ordinal)) return null;

        var versions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in packages)
        {
            if (line.Split(' ') is not ["package", var name, var version]) return null;
            versions[name] = version;
        }

        return new((int)recipeNumber, path[5..], (int)fileCount, byteCount, versions);

        static long? Number(string line, string name) => line.StartsWith(name, StringComparison.Ordinal)
            && long.TryParse(line.AsSpan(name.Length), CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>
    /// Counts the files below a folder and their total size, without markers and links. Detects missing, added and truncated files in a few ms.
    /// </summary>
    public static (int Files, long Bytes) Measure(string root)
    {
        // Low-level enumeration with one lstat per file and no object, because every warm start runs it.
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var lengths = new FileSystemEnumerable<long>(root, (ref entry) => entry.Length, all)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && entry.FileName is not FileName,
        };
        var (files, bytes) = (0, 0L);
        foreach (var length in lengths) (files, bytes) = (files + 1, bytes + length);
        return (files, bytes);
    }

    /// <summary>Gets a package's name and version from a file name in apt's archive folder (<c>name_version_arch.deb</c>, special characters as %xx).</summary>
    public static KeyValuePair<string, string> PackageOf(string debFile)
    {
        var parts = System.IO.Path.GetFileNameWithoutExtension(debFile).Split('_');
        return new(parts[0], Uri.UnescapeDataString(parts[1]));
    }
}
