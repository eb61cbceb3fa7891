namespace Customer.Api.Configuration;

/// <summary>
/// Reads <c>config.properties</c>: <c>key = value</c> or <c>key: value</c>, comments after <c>#</c> or <c>!</c> at the beginning of a line. Unlike Java's there
/// are no escapes and no continued lines, so that a path or a connection string stands there as it is.
/// </summary>
internal static class PropertiesFile
{
    /// <summary>Longest file, characters.</summary>
    public const int LengthMax = 64 * 1024;

    /// <summary>Reads the lines that have a value.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="text">The file.</param>
    /// <param name="errors">Gets a message <c>NAME:LINE: ...</c> for each line that cannot be read.</param>
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
