namespace LoadTest.Reports;

/// <summary>
/// Writes a run as a self-contained page without scripts and external files. The page is also valid XML. report.html has its frame and style.
/// </summary>
internal static class HtmlReport
{
    private static readonly (string Name, string Class)[] OutcomeParts =
        [("as expected", "first"), ("wrong", "bad"), ("failed", "second"), ("unfinished", "off")];

    public static string Write(RunReport report) => Embedded.Read("report.html")
        .Replace("{{command}}", Svg.Text(report.Command), StringComparison.Ordinal)
        .Replace("{{run}}", Svg.Text(Run(report)), StringComparison.Ordinal)
        .Replace("{{facts}}", string.Concat(Facts(report)), StringComparison.Ordinal)
        .Replace("{{sections}}", string.Join("\n  ", Plots(report).Concat(Tables(report))), StringComparison.Ordinal);

    private static string Run(RunReport report)
    {
        var loop = report.RatePerSecond > 0 ? $"{report.RatePerSecond:N0} requests/s asked for, up to {report.Users:N0} users"
            : $"{report.Users:N0} users, closed loop";
        return $"{report.StartedAt:yyyy-MM-dd HH:mm} UTC, {string.Join(", ", report.Targets)}; {loop}, {report.RampSeconds} s before,"
            + $" {report.MeasuredSeconds:N1} s measured, seed {report.Seed}{(report.IsStoppedEarly ? ", stopped early" : "")}."
            + $" {report.Machine.Processor}, {report.Machine.Cores} cores, {report.Machine.MemoryGiB:N0} GiB.";
    }

    private static IEnumerable<string> Facts(RunReport report)
    {
        yield return Fact("requests handled a second", Svg.Number(report.HandledPerSecond));
        yield return Fact("p50", Ms(report.Latency?.P50Ms));
        yield return Fact("p95", Ms(report.Latency?.P95Ms));
        yield return Fact("p99", Ms(report.Latency?.P99Ms));
        yield return Fact("errors", Svg.Number(report.ErrorCount), report.ErrorCount > 0);
        if (report.Outcomes.Count > 0) yield return Fact("wrong outcomes", Svg.Number(report.Outcomes.Sum(static o => o.Wrong)), !report.IsRight);
    }

    private static IEnumerable<string> Plots(RunReport report)
    {
        if (report.Seconds.Count > 1)
        {
            yield return OverTime(report, "Throughput", "Requests a second.",
                ("handled", "first", static second => second.Handled), ("errors", "second", static second => second.Unexpected + second.Failed));
            yield return OverTime(report, "Latency", "Milliseconds, of all answers of the second.",
                ("p50", "first", static second => second.P50Ms), ("p99", "second", static second => second.P99Ms));
        }

        if (report.Distribution.Count > 0)
        {
            var bars = report.Distribution.Select(static bucket => ($"{Svg.Number(bucket.UpToMs)} ms", (double)bucket.Count)).ToArray();
            yield return Section("Latency distribution", "Requests by how long they took, up to the time below the bar. Each doubling has four bars.",
                Svg.Bars("latency distribution", bars));
        }

        if (report.Outcomes.Count == 0) yield break;
        var rows = report.Outcomes.Select(static outcome => (outcome.Scenario, (IReadOnlyList<(string, string, long)>)[.. OutcomeParts.Zip(
            (long[])[outcome.AsExpected, outcome.Wrong, outcome.Failed, outcome.Unfinished], static (part, count) => (part.Name, part.Class, count))]));
        yield return Section("Outcomes", "Plays of each scenario, over the whole run.", Key(OutcomeParts) + Svg.Rows("outcomes of each scenario", [.. rows]));
    }

    private static string OverTime(RunReport report, string title, string text, params (string Name, string Class, Func<SecondReport, double> Value)[] lines)
    {
        var measuredFrom = report.Seconds.TakeWhile(static second => !second.IsMeasured).Count();
        var plot = lines.Select(line => new PlotLine(line.Name, line.Class, [.. report.Seconds.Select(line.Value)])).ToArray();
        return Section(title, text, Key([.. lines.Select(static line => (line.Name, line.Class))])
            + Svg.OverTime($"{title.ToLowerInvariant()} over time", measuredFrom, plot));
    }

    private static IEnumerable<string> Tables(RunReport report)
    {
        var requests = report.Requests.Select(static r => new[]
        {
            r.Name, $"{r.Count:N0}", $"{r.PerSecond:N1}", $"{r.Latency?.P50Ms:N1}", $"{r.Latency?.P95Ms:N1}", $"{r.Latency?.P99Ms:N1}",
            $"{r.Latency?.MaxMs:N1}",
        });
        var errors = report.Errors.Select(static error => new[] { $"{error.Status} {error.Type}".TrimEnd(), $"{error.Count:N0}" })
            .Concat(report.Unanswered > 0 ? (string[][])[["no answer", $"{report.Unanswered:N0}"]] : []);
        var wrong = report.Wrong.Select(static wrong => new[] { wrong.What, $"{wrong.Count:N0}" });
        return
        [
            .. Table("Requests", "As expected, in the measured time.", ["request", "handled", "a second", "p50 ms", "p95 ms", "p99 ms", "max ms"], requests),
            .. Table("Errors", "Answers that were not asked for, in the measured time.", ["answer", "count"], errors),
            .. Table("Not as expected", "By scenario and call, over the whole run.", ["what", "count"], wrong),
        ];
    }

    private static string Section(string title, string text, string content) =>
        $"<section><h2>{Svg.Text(title)}</h2><p>{Svg.Text(text)}</p>{content}</section>";

    private static string Fact(string name, string value, bool isAlarm = false) =>
        $"<div{(isAlarm ? " class=\"alarm\"" : "")}><strong>{value}</strong>{Svg.Text(name)}</div>";

    private static string Ms(double? value) => value is { } number ? $"{Svg.Number(number)} ms" : "none";

    private static string Key((string Name, string Class)[] parts) =>
        $"<div class=\"key\">{string.Concat(parts.Select(static part => $"<span><i class=\"{part.Class}\"></i>{Svg.Text(part.Name)}</span>"))}</div>";

    // None if there are no rows.
    private static IEnumerable<string> Table(string title, string text, string[] head, IEnumerable<string[]> rows)
    {
        var body = string.Concat(rows.Select(static row => $"<tr>{string.Concat(row.Select(static cell => $"<td>{Svg.Text(cell)}</td>"))}</tr>"));
        var heads = string.Concat(head.Select(static cell => $"<th scope=\"col\">{Svg.Text(cell)}</th>"));
        if (body != "") yield return Section(title, text, $"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>");
    }
}
