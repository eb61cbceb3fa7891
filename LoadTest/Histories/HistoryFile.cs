using System.Text.Json;

namespace LoadTest.Histories;

/// <summary>Reads and writes histories as files with one JSON object per line.</summary>
internal static class HistoryFile
{
    public const string Extension = ".jsonl";

    private const long BytesMax = 256 << 20;

    // A missing outcome must not become the enum's first member.
    private static readonly JsonSerializerOptions Options = new(JsonSerializerOptions.Web) { RespectRequiredConstructorParameters = true };

    /// <summary>Writes a history into a folder; its file name contains the fault and the seed.</summary>
    public static void Save(string folder, IReadOnlyCollection<HistoryLine> lines)
    {
        Directory.CreateDirectory(folder);
        var run = lines.OfType<HistoryRun>().First();
        var name = string.Concat(run.Fault.Select(static c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
        var texts = lines.Select(static line => JsonSerializer.Serialize(line, Options));
        File.WriteAllLines(Path.Combine(folder, $"{name}-{run.Seed}{Extension}"), texts);
    }

    /// <summary>Reads a history.</summary>
    /// <exception cref="LoadTestException">The file is not a valid history.</exception>
    public static List<HistoryLine> Load(string file)
    {
        if (new FileInfo(file) is { Exists: true, Length: > BytesMax }) throw new LoadTestException($"{file} is larger than {BytesMax >> 20} MiB.");
        var lines = new List<HistoryLine>();
        foreach (var text in File.ReadLines(file))
        {
            try
            {
                lines.Add(JsonSerializer.Deserialize<HistoryLine>(text, Options) ?? throw new JsonException("null is not a valid line of a history."));
            }
            catch (Exception e) when (e is JsonException or NotSupportedException)
            {
                throw new LoadTestException($"{file}, line {lines.Count + 1}: {e.Message}");
            }
        }

        return lines;
    }
}
