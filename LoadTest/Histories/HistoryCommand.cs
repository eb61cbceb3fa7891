using System.Globalization;
using Spectre.Console;

namespace LoadTest.Histories;

/// <summary>Implements <c>LoadTest history check</c> and <c>LoadTest history page</c>, which check histories from fault tests.</summary>
internal static class HistoryCommand
{
    private const int FilesMax = 10_000;

    /// <summary>Checks histories; false if there are violations.</summary>
    /// <param name="paths">Files, or folders of them.</param>
    /// <param name="page">The file for the page of evidence; null for none.</param>
    /// <param name="output">Receives a line for each history.</param>
    /// <exception cref="UsageException">No history was found.</exception>
    /// <exception cref="LoadTestException">A history cannot be read or is incomplete.</exception>
    public static bool Run(IReadOnlyList<string> paths, string? page, IAnsiConsole output)
    {
        var files = paths.SelectMany(static path => Directory.Exists(path) ? Directory.EnumerateFiles(path, "*" + HistoryFile.Extension) : [path])
            .Order(StringComparer.Ordinal).Take(FilesMax).ToList();
        if (files.Count == 0) throw new UsageException("No histories found; give files or folders.");
        var verdicts = files.ConvertAll(static file => HistoryChecker.Check(HistoryFile.Load(file)));
        foreach (var verdict in verdicts)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{verdict.Run.Fault}, seed {verdict.Run.Seed}: {verdict.Requests} checkouts requested, {verdict.Unknown} without an outcome, " +
                $"{verdict.Paid} orders paid, recovered after {verdict.RecoveryMs / 1000:0.0} s, {verdict.Violations.Count} violations"));
            foreach (var violation in verdict.Violations) output.WriteLine("  " + violation);
        }

        if (page is not null) File.WriteAllText(page, FaultsPage.Write(verdicts));
        return verdicts.TrueForAll(static verdict => verdict.Violations.Count == 0);
    }
}
