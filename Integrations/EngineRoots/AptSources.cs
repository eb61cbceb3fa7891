namespace EngineRoots;

/// <summary>Finds the Debian mirror that this machine already uses, in apt's one-line and deb822 source files (sources.list(5)).</summary>
internal static class AptSources
{
    private static readonly string[] NoWords = ["no", "false", "off", "0"];

    /// <summary>
    /// Finds the mirrors under <paramref name="aptDirectory"/> that look like Debian's own archive, best first. Third parties also end their addresses in
    /// <c>/debian</c>, so the exact path <c>/debian</c> comes first; the archive's signature decides in the end.
    /// </summary>
    public static IReadOnlyList<string> FindDebianMirrors(string aptDirectory)
    {
        var files = new List<string>();
        if (File.Exists(Path.Combine(aptDirectory, "sources.list"))) files.Add(Path.Combine(aptDirectory, "sources.list"));
        var parts = Path.Combine(aptDirectory, "sources.list.d");
        if (Directory.Exists(parts))
            files.AddRange(Directory.GetFiles(parts).Where(f => Path.GetExtension(f) is ".list" or ".sources").Order(StringComparer.Ordinal));

        return [.. files
            .SelectMany(f => f.EndsWith(".sources", StringComparison.Ordinal) ? ParseDeb822(File.ReadAllText(f)) : ParseOneLine(File.ReadAllText(f)))
            .Where(IsDebianArchive)
            .Select(uri => uri.TrimEnd('/'))
            .Distinct(StringComparer.Ordinal)
            .OrderBy(uri => new Uri(uri).AbsolutePath == "/debian" ? 0 : 1)];
    }

    /// <summary>Gets the addresses of the <c>deb</c> lines of a <c>*.list</c> file, in order.</summary>
    internal static IEnumerable<string> ParseOneLine(string text)
    {
        foreach (var line in text.Split('\n'))
        {
            var rest = line.Split('#', 2)[0].Trim();
            if (!rest.StartsWith("deb ", StringComparison.Ordinal) && !rest.StartsWith("deb\t", StringComparison.Ordinal)) continue;
            rest = rest[4..].TrimStart();
            // Options such as [arch=amd64 signed-by=/path] precede the address and may contain blanks.
            if (rest.StartsWith('[')) rest = rest[(rest.IndexOf(']', StringComparison.Ordinal) + 1)..].TrimStart();
            var words = Words(rest);
            if (words.Length > 0) yield return words[0];
        }
    }

    /// <summary>Gets the addresses of the enabled binary stanzas of a <c>*.sources</c> file, in order.</summary>
    internal static IEnumerable<string> ParseDeb822(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n').Where(line => !line.StartsWith('#')).Select(line => line.TrimEnd());
        foreach (var stanza in string.Join('\n', lines).Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            var name = "";
            foreach (var line in stanza.Split('\n'))
            {
                if (line.Length > 0 && char.IsWhiteSpace(line[0]))
                {
                    // A line that begins with a blank continues the previous field.
                    if (name.Length > 0) fields[name] += " " + line.Trim();
                }
                else if (line.Split(':', 2) is [var key, var value])
                {
                    name = key.Trim();
                    fields[name] = value.Trim();
                }
            }

            if (NoWords.Contains(fields.GetValueOrDefault("Enabled", "yes"), StringComparer.OrdinalIgnoreCase)
                || !Words(fields.GetValueOrDefault("Types", "")).Contains("deb")) continue;
            foreach (var uri in Words(fields.GetValueOrDefault("URIs", ""))) yield return uri;
        }
    }

    /// <summary>Returns whether an address can be a mirror of Debian's main archive (not of debian-security or of another distribution).</summary>
    internal static bool IsDebianArchive(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        && uri.AbsolutePath.TrimEnd('/').EndsWith("/debian", StringComparison.Ordinal);

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
