namespace Customer.Api.Configuration;

/// <summary>
/// Reads <c>config.properties</c>: <c>key = value</c> or <c>key: value</c>, and comment lines that start with <c>#</c> or <c>!</c>. Unlike Java's format, it
/// has no escapes or continuation lines, so that paths and connection strings can be written as they are.
/// </summary>
internal static class PropertiesFile
{
    /// <summary>Maximum length of the file in characters.</summary>
    public const int LengthMax = 64 * 1024;

    /// <summary>Parses the lines with a key. A value may be empty.</summary>
    /// <param name="name">File name for error messages.</param>
    /// <param name="text">The file's text.</param>
    /// <param name="errors">Receives a message <c>NAME:LINE: ...</c> for each invalid line.</param>
    public static List<PropertyLine> Parse(string name, string text, List<string> errors)
    {
        var lines = new List<PropertyLine>();
        if (text.Length > LengthMax)
        {
            errors.Add($"{name}: longer than {LengthMax} characters.");
            return lines;
        }

        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var number = 0;
        foreach (var raw in text.AsSpan().TrimStart('\uFEFF').EnumerateLines())
        {
            number++;
            var line = raw.Trim();
            if (line.IsEmpty || line[0] is '#' or '!') continue;
            var at = line.IndexOfAny('=', ':');
            var key = (at < 0 ? line : line[..at]).TrimEnd().ToString();
            if (at < 0) errors.Add($"{name}:{number}: '{key}' has no value; write {key} = VALUE.");
            else if (key.Length == 0) errors.Add($"{name}:{number}: there is no key before '{line[at]}'.");
            else if (!seen.TryAdd(key, number)) errors.Add($"{name}:{number}: '{key}' stands in line {seen[key]} already.");
            else if (line[(at + 1)..].Trim() is { IsEmpty: false } value) lines.Add(new(number, key, value.ToString()));
            else lines.Add(new(number, key, ""));
        }

        return lines;
    }
}
