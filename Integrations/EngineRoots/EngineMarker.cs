using System.Globalization;
using System.IO.Enumeration;
using System.Text;

namespace EngineRoots;

/// <summary>
/// The file that makes a folder an engine root. It is written last and names what the root holds, so a root that was moved, damaged, or made by another
/// recipe is seen at once. Plain lines, because reading it is on the path of every warm start.
/// </summary>
internal sealed record EngineMarker(int Recipe, string Path, int Files, long Bytes, IReadOnlyDictionary<string, string> Packages)
{
    public const string FileName = "engine-root.txt";

    /// <summary>The marker's text.</summary>
    public string Format()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"recipe {Recipe}\npath {Path}\nfiles {Files}\nbytes {Bytes}\n");
        foreach (var (name, version) in Packages.OrderBy(p => p.Key, StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"package {name} {version}\n");
        return text.Append("end\n").ToString();
    }

    /// <summary>Reads a marker's text; null when it is not one, or was cut off.</summary>
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

    /// <summary>Number and total size of the files below a folder, markers and links left out: sees what is missing, added or cut off, in a few ms.</summary>
    public static (int Files, long Bytes) Measure(string root)
    {
        // The low-level enumeration: one lstat per file and no object, because every warm start pays for it.
        var all = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var lengths = new FileSystemEnumerable<long>(root, (ref entry) => entry.Length, all)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && entry.FileName is not FileName,
        };
        var (files, bytes) = (0, 0L);
        foreach (var length in lengths) (files, bytes) = (files + 1, bytes + length);
        return (files, bytes);
    }

    /// <summary>Package name and version out of a file name of apt's archive folder (<c>name_version_arch.deb</c>, special characters as %xx).</summary>
    public static KeyValuePair<string, string> PackageOf(string debFile)
    {
        var parts = System.IO.Path.GetFileNameWithoutExtension(debFile).Split('_');
        return new(parts[0], Uri.UnescapeDataString(parts[1]));
    }
}
