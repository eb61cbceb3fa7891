using System.Globalization;
using System.Text;

namespace LoadTest.Histories;

/// <summary>Writes the page of evidence: how often each fault was injected, and its outcome.</summary>
internal static class FaultsPage
{
    public static string Write(IReadOnlyCollection<HistoryVerdict> verdicts)
    {
        var text = new StringBuilder($"""
            # Faults

            Made out of {verdicts.Count} histories by `LoadTest history page`; do not edit. Each is a run of the real cluster under load, in which something was
            broken on purpose, {verdicts.Sum(static v => v.Requests):N0} checkouts in all. [CONTRIBUTING](../CONTRIBUTING.md) has the commands.

            | what was broken | runs | broken for | checkouts asked for | without an outcome | back after, median and longest | violations |
            |---|---|---|---|---|---|---|

            """);
        foreach (var fault in verdicts.GroupBy(static v => v.Run.Fault).OrderBy(static one => one.Key, StringComparer.Ordinal))
        {
            var damaged = fault.Select(static v => v.DamagedMs).OfType<double>().Order().ToList();
            var back = fault.Select(static v => v.RecoveryMs).OfType<double>().Order().ToList();
            text.Append(CultureInfo.InvariantCulture, $"| {fault.Key} | {fault.Count()} | {Middle(damaged)} | {fault.Sum(static v => v.Requests):N0} ");
            var longest = back.Count == 0 ? "" : $", {Seconds(back[^1])}";
            text.Append(CultureInfo.InvariantCulture, $"| {fault.Sum(static v => v.Unknown):N0} | {Middle(back)}{longest} ");
            text.Append(CultureInfo.InvariantCulture, $"| {fault.Sum(static v => v.Violations.Count)} |\n");
        }

        text.Append("""

            A violation is an order that was answered with yes and is not paid, or with nothing but no and is; a no after a yes; money or goods that have gone
            for no order, or not for one. *Back after*: from the end of the fault to the first yes to a request that was sent after it. *Without an outcome*:
            the client got 503 or no answer; each of those orders is paid in full or not at all.

            Seeds: 
            """);
        text.AppendJoin("; ", verdicts.OrderBy(static v => v.Run.Fault, StringComparer.Ordinal).ThenBy(static v => v.Run.Seed)
            .Select(static v => string.Create(CultureInfo.InvariantCulture, $"{v.Run.Fault} {v.Run.Seed}"))).Append(".\n");
        foreach (var verdict in verdicts)
            foreach (var violation in verdict.Violations)
                text.Append(CultureInfo.InvariantCulture, $"\n- **{verdict.Run.Fault}, seed {verdict.Run.Seed}**: {violation}");
        return text.ToString();
    }

    private static string Middle(List<double> sorted) => sorted.Count == 0 ? "-" : Seconds(sorted[sorted.Count / 2]);

    private static string Seconds(double ms) => string.Create(CultureInfo.InvariantCulture, $"{ms / 1000:0.0} s");
}
