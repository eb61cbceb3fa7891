using System.Globalization;
using System.Text;

namespace LoadTest.Reports;

/// <summary>A run as a page that needs nothing but itself: no script, no file from elsewhere. It is XML as well.</summary>
internal static class HtmlReport
{
    private const string Style = """
        :root { color-scheme: light dark; --page: #f9f9f7; --card: #fcfcfb; --ink: #0b0b0b; --quiet: #52514e; --grid: #e1e0d9; --ramp: #f0efec;
          --first: #2a78d6; --second: #eb6834; --bad: #d03b3b; --off: #898781; }
        @media (prefers-color-scheme: dark) { :root { --page: #0d0d0d; --card: #1a1a19; --ink: #fff; --quiet: #c3c2b7; --grid: #2c2c2a; --ramp: #242422;
          --first: #3987e5; --second: #d95926; } }
        body { margin: 0 auto; max-width: 780px; padding: 24px 16px; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.05rem; margin: 0 0 8px; } p { margin: 0 0 8px; color: var(--quiet); }
        section { background: var(--card); border: 1px solid var(--grid); border-radius: 8px; padding: 16px; margin-top: 16px; overflow-x: auto; }
        .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 12px; }
        .facts div { color: var(--quiet); } .facts strong { display: block; color: var(--ink); font-size: 1.5rem; font-weight: 600; }
        .facts .alarm strong { color: var(--bad); }
        svg { display: block; width: 100%; height: auto; } svg text { font-size: 12px; fill: var(--quiet); }
        .end { text-anchor: end; } .middle { text-anchor: middle; } .grid { stroke: var(--grid); } .ramp { fill: var(--ramp); }
        .line { fill: none; stroke-width: 2; stroke-linejoin: round; } .line.first { stroke: var(--first); } .line.second { stroke: var(--second); }
        .dot { fill: transparent; } .dot:hover { fill: currentColor; }
        rect.first { fill: var(--first); } rect.second { fill: var(--second); } rect.bad { fill: var(--bad); } rect.off { fill: var(--off); }
        .key { display: flex; flex-wrap: wrap; gap: 4px 16px; color: var(--quiet); font-size: 13px; margin-bottom: 8px; }
        .key i { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 6px; vertical-align: -1px; }
        .key .first { background: var(--first); } .key .second { background: var(--second); }
        .key .bad { background: var(--bad); } .key .off { background: var(--off); }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; } th { color: var(--quiet); font-weight: 500; }
        th, td { text-align: right; padding: 4px 8px; border-bottom: 1px solid var(--grid); }
        th:first-child, td:first-child { text-align: left; padding-left: 0; }
        """;

    private static readonly (string Name, string Class)[] OutcomeParts =
        [("as expected", "first"), ("wrong", "bad"), ("failed", "second"), ("unfinished", "off")];

    public static string Write(RunReport report)
    {
        var page = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head><meta charset=\"utf-8\"/>")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>")
            .Append(CultureInfo.InvariantCulture, $"<title>LoadTest {Svg.Text(report.Command)}</title><style>{Style}</style></head>\n<body>");
        AppendHead(page, report);
        AppendOverTime(page, report);
        if (report.Distribution.Count > 0)
        {
            var bars = report.Distribution.Select(static bucket => ($"{Svg.Number(bucket.UpToMs)} ms", (double)bucket.Count)).ToArray();
            Section(page, "Latency distribution", "Requests by how long they took, up to the time below the bar. Each doubling has four bars.",
                Svg.Bars("latency distribution", bars));
        }

        AppendOutcomes(page, report);
        AppendTables(page, report);
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void AppendHead(StringBuilder page, RunReport report)
    {
        var loop = report.RatePerSecond > 0 ? $"{report.RatePerSecond:N0} requests/s asked for, up to {report.Users:N0} users"
            : $"{report.Users:N0} users, closed loop";
        page.Append(CultureInfo.InvariantCulture, $"<h1>LoadTest {Svg.Text(report.Command)}</h1>")
            .Append(CultureInfo.InvariantCulture, $"<p>{report.StartedAt:yyyy-MM-dd HH:mm} UTC, {Svg.Text(string.Join(", ", report.Targets))}; {loop}, ")
            .Append(CultureInfo.InvariantCulture, $"{report.RampSeconds} s before, {report.MeasuredSeconds:N1} s measured, seed {report.Seed}")
            .Append(report.IsStoppedEarly ? ", stopped early" : "")
            .Append(CultureInfo.InvariantCulture, $". {Svg.Text(report.Machine.Processor)}, {report.Machine.Cores} cores, ")
            .Append(CultureInfo.InvariantCulture, $"{report.Machine.MemoryGiB:N0} GiB.</p>\n")
            .Append("<section><div class=\"facts\">");
        Fact(page, "requests handled a second", Svg.Number(report.HandledPerSecond));
        Fact(page, "p50", Ms(report.Latency?.P50Ms));
        Fact(page, "p95", Ms(report.Latency?.P95Ms));
        Fact(page, "p99", Ms(report.Latency?.P99Ms));
        Fact(page, "errors", Svg.Number(report.ErrorCount), report.ErrorCount > 0);
        if (report.Outcomes.Count > 0) Fact(page, "wrong outcomes", Svg.Number(report.Outcomes.Sum(static o => o.Wrong)), !report.IsRight);
        page.Append("</div></section>\n");
    }

    private static void AppendOverTime(StringBuilder page, RunReport report)
    {
        if (report.Seconds.Count < 2) return;
        var measuredFrom = report.Seconds.TakeWhile(static second => !second.IsMeasured).Count();
        var keys = Key(("handled", "first"), ("errors", "second"));
        Section(page, "Throughput", "Requests a second.", keys + Svg.OverTime("throughput over time", measuredFrom,
            new PlotLine("handled", "first", [.. report.Seconds.Select(static second => (double)second.Handled)]),
            new PlotLine("errors", "second", [.. report.Seconds.Select(static second => (double)(second.Unexpected + second.Failed))])));
        keys = Key(("p50", "first"), ("p99", "second"));
        Section(page, "Latency", "Milliseconds, of all answers of the second.", keys + Svg.OverTime("latency over time", measuredFrom,
            new PlotLine("p50", "first", [.. report.Seconds.Select(static second => second.P50Ms)]),
            new PlotLine("p99", "second", [.. report.Seconds.Select(static second => second.P99Ms)])));
    }

    private static void AppendOutcomes(StringBuilder page, RunReport report)
    {
        if (report.Outcomes.Count == 0) return;
        var rows = report.Outcomes.Select(static outcome =>
        {
            long[] counts = [outcome.AsExpected, outcome.Wrong, outcome.Failed, outcome.Unfinished];
            var parts = OutcomeParts.Zip(counts, static (part, count) => (part.Name, part.Class, count));
            return (outcome.Scenario, (IReadOnlyList<(string, string, long)>)[.. parts]);
        }).ToArray();
        Section(page, "Outcomes", "Plays of each scenario, over the whole run.", Key(OutcomeParts) + Svg.Rows("outcomes of each scenario", rows));
    }

    private static void AppendTables(StringBuilder page, RunReport report)
    {
        if (report.Requests.Count > 0)
        {
            Section(page, "Requests", "As expected, in the measured time.", Table(["request", "handled", "a second", "p50 ms", "p95 ms", "p99 ms", "max ms"],
                report.Requests.Select(static r => new[]
                {
                    r.Name, $"{r.Count:N0}", $"{r.PerSecond:N1}", $"{r.Latency?.P50Ms:N1}", $"{r.Latency?.P95Ms:N1}", $"{r.Latency?.P99Ms:N1}",
                    $"{r.Latency?.MaxMs:N1}",
                })));
        }

        string[][] errors =
        [
            .. report.Errors.Select(static error => new[] { $"{error.Status} {error.Type}".TrimEnd(), $"{error.Count:N0}" }),
            .. report.Unanswered > 0 ? (string[][])[["no answer", $"{report.Unanswered:N0}"]] : [],
        ];
        if (errors.Length > 0) Section(page, "Errors", "Answers that were not asked for, in the measured time.", Table(["answer", "count"], errors));
        if (report.Wrong.Count == 0) return;
        Section(page, "Not as expected", "By scenario and call, over the whole run.",
            Table(["what", "count"], report.Wrong.Select(static wrong => new[] { wrong.What, $"{wrong.Count:N0}" })));
    }

    private static void Section(StringBuilder page, string title, string text, string content) =>
        page.Append(CultureInfo.InvariantCulture, $"<section><h2>{Svg.Text(title)}</h2><p>{Svg.Text(text)}</p>{content}</section>\n");

    private static void Fact(StringBuilder page, string name, string value, bool isAlarm = false) =>
        page.Append(CultureInfo.InvariantCulture, $"<div{(isAlarm ? " class=\"alarm\"" : "")}><strong>{value}</strong>{Svg.Text(name)}</div>");

    private static string Ms(double? value) => value is { } number ? $"{Svg.Number(number)} ms" : "none";

    private static string Key(params (string Name, string Class)[] parts) =>
        $"<div class=\"key\">{string.Concat(parts.Select(static part => $"<span><i class=\"{part.Class}\"></i>{Svg.Text(part.Name)}</span>"))}</div>";

    private static string Table(string[] head, IEnumerable<string[]> rows) =>
        $"<table><thead><tr>{string.Concat(head.Select(static cell => $"<th scope=\"col\">{Svg.Text(cell)}</th>"))}</tr></thead><tbody>"
        + string.Concat(rows.Select(static row => $"<tr>{string.Concat(row.Select(static cell => $"<td>{Svg.Text(cell)}</td>"))}</tr>")) + "</tbody></table>";
}
