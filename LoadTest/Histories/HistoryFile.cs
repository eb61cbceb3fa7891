using System.Text.Json;

namespace LoadTest.Histories;

/// <summary>Histories in files: a JSON object a line.</summary>
internal static class HistoryFile
{
    public const string Extension = ".jsonl";

    private const long BytesMax = 256 << 20;

    // An outcome that is missing is not the first one that there is.
    private static readonly JsonSerializerOptions Options = new(JsonSerializerOptions.Web) { RespectRequiredConstructorParameters = true };

    /// <summary>Writes a history into a folder, under a name made of its fault and its seed.</summary>
    public static void Save(string folder, IReadOnlyCollection<HistoryLine> lines)
    {
        Directory.CreateDirectory(folder);
        var run = lines.OfType<HistoryRun>().First();
        var name = string.Concat(run.Fault.Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
        var texts = lines.Select(static line => JsonSerializer.Serialize(line, Options));
        File.WriteAllLines(Path.Combine(folder, $"{name}-{run.Seed}{Extension}"), texts);
    }

    /// <summary>Reads a history.</summary>
    /// <exception cref="LoadTestException">It is none.</exception>
    public static List<HistoryLine> Load(string file)
    {
        if (new FileInfo(file) is { Exists: true, Length: > BytesMax }) throw new LoadTestException($"{file} is larger than {BytesMax >> 20} MiB.");
        var lines = new List<HistoryLine>();
        foreach (var text in File.ReadLines(file))
        {
            try
            {
                lines.Add(JsonSerializer.Deserialize<HistoryLine>(text, Options) ?? throw new JsonException("null is no line of a history."));
            }
            catch (Exception e) when (e is JsonException or NotSupportedException)
            {
                throw new LoadTestException($"{file}, line {lines.Count + 1}: {e.Message}");
            }
        }

        return lines;
    }
}
