using System.Globalization;
using Spectre.Console;

namespace LoadTest.Histories;

/// <summary><c>LoadTest history check</c> and <c>LoadTest history page</c>: judges histories that tests of faults have left.</summary>
internal static class HistoryCommand
{
    private const int FilesMax = 10_000;

    /// <summary>Judges them. False: something is violated.</summary>
    /// <param name="paths">Files, or folders of them.</param>
    /// <param name="page">Writes the page of evidence there; null writes none.</param>
    /// <param name="output">Gets a line for each.</param>
    /// <exception cref="UsageException">There are none.</exception>
    /// <exception cref="LoadTestException">One is not to be read, or not complete.</exception>
    public static bool Run(IReadOnlyList<string> paths, string? page, IAnsiConsole output)
    {
        var files = paths.SelectMany(static path => Directory.Exists(path) ? Directory.EnumerateFiles(path, "*" + HistoryFile.Extension) : [path])
            .Order(StringComparer.Ordinal).Take(FilesMax).ToList();
        if (files.Count == 0) throw new UsageException("Which histories? Give files or folders.");
        var verdicts = files.ConvertAll(static file => HistoryChecker.Check(HistoryFile.Load(file)));
        foreach (var verdict in verdicts)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{verdict.Run.Fault}, seed {verdict.Run.Seed}: {verdict.Requests} checkouts asked for, {verdict.Unknown} without an outcome, " +
                $"{verdict.Paid} orders paid, back after {verdict.RecoveryMs / 1000:0.0} s, {verdict.Violations.Count} violations"));
            foreach (var violation in verdict.Violations) output.WriteLine("  " + violation);
        }

        if (page is not null) File.WriteAllText(page, FaultsPage.Write(verdicts));
        return verdicts.TrueForAll(static verdict => verdict.Violations.Count == 0);
    }
}
