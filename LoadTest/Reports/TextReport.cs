using Spectre.Console;

namespace LoadTest.Reports;

internal static class TextReport
{
    public static void Print(this IAnsiConsole output, MeasuredMachine machine) => output.WriteLine(
        $"machine    {machine.Processor}, {machine.Cores} cores, {machine.MemoryGiB:N0} GiB, {machine.System}, {machine.Runtime}");

    public static void Print(this IAnsiConsole output, SecondStatistics second) => output.WriteLine(
        $"{second.Second,6} s   {PhaseName(second.Phase),-8} {second.Succeeded,9:N0}/s  refused {second.Refused:N0}  failed {second.Failed:N0}"
        + $"  p50 {second.Median / 1e6:N1} ms  p99 {second.Percentile99 / 1e6:N1} ms{(second.Waiting > 0 ? $"  waiting {second.Waiting:N0}" : "")}");

    public static void Print(this IAnsiConsole output, string name, BareHopResult hop) => output.WriteLine(
        $"bare hop   {hop.PerSecond:N0}/s {name}; CPU per request: nginx {hop.CpuMicrosecondsOfNginx:N1} µs, LoadTest {hop.CpuMicrosecondsOfClient:N1} µs;"
        + $" p50 {hop.MedianMs:N1} ms, p99 {hop.Percentile99Ms:N1} ms");

    public static void Print(this IAnsiConsole output, CheckoutReport report)
    {
        if (report.RanOutOfOrders) output.WriteLine($"ran out    all {report.Orders:N0} orders were used; the run ended early. Give more with --orders.");
        var verb = report.Load.Requests.Count > 0 ? "handled  " : "committed";
        output.WriteLine($"{verb}  {report.CommittedPerSecond:N0}/s ({report.Committed:N0} in {report.MeasuredSeconds:N1} s)");
        output.WriteLine($"refused    {report.Refused:N0}");
        output.WriteLine($"5xx        {report.ServerErrors:N0}");
        output.WriteLine($"unanswered {report.Unanswered:N0}"
            + (report.ConnectFailures > 0 ? $", and {report.ConnectFailures:N0} connections failed" : ""));
        foreach (var kind in report.OtherAnswers) output.WriteLine($"           {kind.Count:N0} x {kind.Status} {kind.Type}");
        output.WriteLine($"latency    {Describe(report.Latency)}");
        if (report.OtherLatency is not null) output.WriteLine($"  others   {Describe(report.OtherLatency)}");
        PrintArrivals(output, report.Arrivals);
        PrintRequests(output, report.Load.Requests);
        PrintUse(output, report.Load);
        if (report.LargestOthers.Count > 0)
            output.WriteLine($"           of other: {string.Join(", ", report.LargestOthers.Select(other => $"{other.Name} {other.CpuSeconds:N2} s"))}");
        PrintStore(output, "postgres", report.Postgres);
        PrintStore(output, "redis", report.Redis);
    }

    public static void Print(this IAnsiConsole output, RunReport report)
    {
        if (report.IsStoppedEarly) output.WriteLine("stopped    early; the results until then follow");
        output.WriteLine($"handled    {report.HandledPerSecond:N1} requests/s on average ({report.Handled:N0} in {report.MeasuredSeconds:N1} s)");
        output.WriteLine($"latency    {Describe(report.Latency)}");
        PrintArrivals(output, report.Arrivals);
        output.WriteLine($"errors     {report.ErrorCount:N0}"
            + (report.ConnectFailures > 0 ? $", and {report.ConnectFailures:N0} connections failed" : ""));
        foreach (var kind in report.Errors) output.WriteLine($"           {kind.Count:N0} x {kind.Status} {kind.Type}");
        if (report.Unanswered > 0) output.WriteLine($"           {report.Unanswered:N0} x no answer");
        PrintRequests(output, report.Requests);
        PrintUse(output, report);
        output.WriteTable(["scenario", "as expected", "wrong", "failed", "unfinished"], report.Outcomes.Select(static outcome => new[]
        {
            outcome.Scenario, $"{outcome.AsExpected:N0}", $"{outcome.Wrong:N0}", $"{outcome.Failed:N0}", $"{outcome.Unfinished:N0}",
        }));
        foreach (var wrong in report.Wrong) output.WriteLine($"unexpected {wrong.Count:N0} x {wrong.What}");
    }

    public static void Print(this IAnsiConsole output, RunReport before, RunReport after)
    {
        foreach (var difference in Comparison.Differences(before, after)) output.WriteLine($"note       different {difference}");
        output.WriteTable(["", "A", "B", "B to A", "judgement"], Comparison.Compare(before, after).Select(static figure => new[]
        {
            figure.Name, $"{figure.Before:N2}", $"{figure.After:N2}", figure.Percent is { } percent ? $"{percent:+0.0;-0.0;0.0} %" : "", figure.Judgement,
        }));
        output.WriteLine(Comparison.Rule);
    }

    public static void Print(this IAnsiConsole output, CheckoutBooksResult ledger)
    {
        foreach (var violation in ledger.Violations) output.WriteLine($"violation  {violation}");
        if (ledger.ViolationCount > ledger.Violations.Count) output.WriteLine($"violation  {ledger.ViolationCount - ledger.Violations.Count:N0} more");
        output.WriteLine($"ledger: {(ledger.IsBalanced ? "balanced" : "NOT BALANCED")}; {ledger.OrdersPaid:N0} orders paid"
            + $" ({ledger.UnknownPaid:N0} of them after a 5xx or no answer), stock taken {ledger.StockTaken:N0} = {ledger.StockOrdered:N0} ordered,"
            + $" credit taken {ledger.CreditTaken:N0} = {ledger.CreditOrdered:N0} of cost");
    }

    // Names on the left, numbers on the right; prints nothing without rows.
    private static void WriteTable(this IAnsiConsole output, string[] head, IEnumerable<string[]> rows)
    {
        var grid = new Grid();
        for (var index = 0; index < head.Length; index++)
            grid.AddColumn(new GridColumn { Alignment = index == 0 ? Justify.Left : Justify.Right, NoWrap = true });
        foreach (var row in rows.Prepend(head)) grid.AddRow([.. row.Select(static cell => new Text(cell))]);
        if (grid.Rows.Count > 1) output.Write(grid);
    }

    private static void PrintUse(IAnsiConsole output, RunReport report)
    {
        if (report.BareHop is { } hop)
            output.WriteLine($"ratio      {hop.Ratio:N3} of the bare hop"
                + $" ({hop.PerSecond:N0}/s: {hop.Before.PerSecond:N0} before, {hop.After.PerSecond:N0} after)");
        if (report.Processes.Count == 0) return;
        output.WriteTable(["process", "CPU µs/request", "CPU s", "MiB before", "MiB after"],
        [
            .. report.Processes.Select(static process => new[]
            {
                process.Name, $"{process.CpuMicrosecondsPerRequest:N1}", $"{process.CpuSeconds:N2}", $"{process.ResidentMiBBefore:N0}",
                $"{process.ResidentMiBAfter:N0}",
            }),
            ["all", $"{report.Processes.Sum(static p => p.CpuMicrosecondsPerRequest):N1}", $"{report.Processes.Sum(static p => p.CpuSeconds):N2}", "", ""],
        ]);
        output.WriteLine($"           of {report.MeasuredSeconds * report.Machine.Cores:N1} s of CPU");
    }

    private static void PrintRequests(IAnsiConsole output, IReadOnlyList<RequestReport> requests) =>
        output.WriteTable(["request", "handled", "a second", "p50 ms", "p95 ms", "p99 ms", "max ms"], requests.Select(static request => new[]
        {
            request.Name, $"{request.Count:N0}", $"{request.PerSecond:N1}", $"{request.Latency?.P50Ms:N1}", $"{request.Latency?.P95Ms:N1}",
            $"{request.Latency?.P99Ms:N1}", $"{request.Latency?.MaxMs:N1}",
        }));

    private static void PrintArrivals(IAnsiConsole output, ArrivalReport? arrivals)
    {
        if (arrivals is not null)
            output.WriteLine($"arrivals   {arrivals.RatePerSecond:N0}/s requested, {arrivals.Sent:N0} sent, {arrivals.Late:N0} of them late,"
                + $" {arrivals.Dropped:N0} dropped" + (arrivals.Dropped > 0 ? ": the rate is too high for this shop, so the latencies above are too low" : ""));
    }

    private static void PrintStore(IAnsiConsole output, string name, StoreReport? store) => output.WriteLine(store is null
        ? $"{name,-10} not queried (--{name})"
        : $"{name,-10} {string.Join(", ", store.Settings.Select(setting => $"{setting.Key}={setting.Value}"))}; growth a checkout: "
            + string.Join(", ", store.BytesPerCheckout.Select(growth => $"{growth.Key} {growth.Value:N0} bytes")));

    internal static string PhaseName(LoadPhase phase) => phase switch
    {
        LoadPhase.Warmup => "warm-up",
        LoadPhase.Measured => "measured",
        _ => "draining",
    };

    private static string Describe(LatencyReport? latency) => latency is null ? "none"
        : $"p50 {latency.P50Ms:N1}  p95 {latency.P95Ms:N1}  p99 {latency.P99Ms:N1}  p99.9 {latency.P999Ms:N1}  max {latency.MaxMs:N1} ms";
}
