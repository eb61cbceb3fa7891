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

            Generated from {verdicts.Count} histories by `LoadTest history page`; do not edit. Each history is a run of the real cluster under load with
            an injected fault; together they contain {verdicts.Sum(static v => v.Requests):N0} checkouts.
            [CONTRIBUTING](../CONTRIBUTING.md) describes the commands.

            | fault | runs | duration of the fault | checkouts | without an outcome | recovery time, median and longest | violations |
            |---|---|---|---|---|---|---|

            """);
        foreach (var fault in verdicts.GroupBy(static v => v.Run.Fault).OrderBy(static one => one.Key, StringComparer.Ordinal))
        {
            var damaged = fault.Select(static v => v.DamagedMs).OfType<double>().Order().ToList();
            var back = fault.Select(static v => v.RecoveryMs).OfType<double>().Order().ToList();
            text.Append(CultureInfo.InvariantCulture, $"| {fault.Key} | {fault.Count()} | {Middle(damaged)} | {fault.Sum(static v => v.Requests):N0} ");
            text.Append(CultureInfo.InvariantCulture, $"| {fault.Sum(static v => v.Unknown):N0} | {MiddleAndLongest(back)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {fault.Sum(static v => v.Violations.Count)} |\n");
        }

        text.Append("""

            Violations are unpaid orders whose checkout succeeded, paid orders whose checkouts all failed, failures after a success, and money or goods that do
            not match the paid orders. *Recovery time*: from the end of the fault to the first successful request that was sent after it. *Without an outcome*:
            the client got a 503 or no response. Each of these orders is either paid in full or not at all.


            """);
        WriteLosses(text, verdicts);
        text.Append("Seeds: ");
        text.AppendJoin("; ", verdicts.OrderBy(static v => v.Run.Fault, StringComparer.Ordinal).ThenBy(static v => v.Run.Seed)
            .Select(static v => string.Create(CultureInfo.InvariantCulture, $"{v.Run.Fault} {v.Run.Seed}"))).Append(".\n");
        foreach (var verdict in verdicts)
            foreach (var violation in verdict.Violations)
                text.Append(CultureInfo.InvariantCulture, $"\n- **{verdict.Run.Fault}, seed {verdict.Run.Seed}**: {violation}");
        return text.ToString();
    }

    private static void WriteLosses(StringBuilder text, IEnumerable<HistoryVerdict> verdicts)
    {
        var losses = verdicts.Where(static v => v.BackMs is not null).GroupBy(static v => v.Run.Fault)
            .OrderBy(static one => one.Key, StringComparer.Ordinal).ToList();
        if (losses.Count == 0) return;
        text.Append("""
            ## Permanent losses

            In these runs a machine or its disk was lost under load: it did not come back, or came back empty.

            | loss | runs | back after, median and longest | acknowledged checkouts lost |
            |---|---|---|---|

            """);
        foreach (var loss in losses)
        {
            var back = loss.Select(static v => v.BackMs).OfType<double>().Order().ToList();
            text.Append(CultureInfo.InvariantCulture, $"| {loss.Key} | {loss.Count()} | {MiddleAndLongest(back)} | {loss.Sum(static v => v.Forgotten)} |\n");
        }

        text.Append("""

            *Back after*: from the loss to the first successful request that was sent after it. *Acknowledged checkouts lost*: orders whose checkout succeeded,
            but that are not paid.


            """);
    }

    private static string MiddleAndLongest(List<double> sorted) => Middle(sorted) + (sorted.Count == 0 ? "" : $", {Seconds(sorted[^1])}");

    private static string Middle(List<double> sorted) => sorted.Count == 0 ? "-" : Seconds(sorted[sorted.Count / 2]);

    private static string Seconds(double ms) => double.IsInfinity(ms) ? "never" : string.Create(CultureInfo.InvariantCulture, $"{ms / 1000:0.0} s");
}
