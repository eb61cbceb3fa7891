using System.Diagnostics;
using LoadTest.Reports;
using LoadTest.Statistics;

namespace Tests.Unit.LoadTest;

internal static class RunReports
{
    /// <summary>A report with the given number of measured seconds after a warm-up second. Rate and latency alternate by plus and minus a tenth.</summary>
    public static RunReport Of(int seconds, long perSecond, double ms, int errors = 0)
    {
        var (statistics, ticks) = (new LoadStatistics(), (long)(ms * Stopwatch.Frequency / 1000));
        statistics.Begin(0);
        for (var i = 0L; i < seconds * perSecond; i++) statistics.Record(i, i + ticks, 200, default, new(IsExpected: true, Kind: 0));
        for (var i = 0; i < errors; i++) statistics.Record(i, i + 1, 503, default, new(IsExpected: false, Kind: 0));
        statistics.End(seconds * Stopwatch.Frequency);
        var each = Enumerable.Range(0, seconds + 1).Select(i => (i, Noise: 1 + (i % 2 == 0 ? 0.1 : -0.1))).Select(second => new SecondStatistics(second.i + 1,
            second.i == 0 ? LoadPhase.Warmup : LoadPhase.Measured, (long)(perSecond * second.Noise), 0, errors / seconds, (long)(ms * 1e6 * second.Noise),
            (long)(ms * 1e6 * second.Noise), 0));
        return RunReport.Of("shop", DateTimeOffset.UnixEpoch, 0, statistics, [.. each]) with
        {
            Targets = ["http://shop & <co>"],
            Users = 8,
            Requests = [RequestReport.Of("find <item>", statistics.Requests.First(), statistics.Seconds)],
            Outcomes = [new("one", 90, 2, 1, 1), new("two", 0, 0, 0, 0)],
            Wrong = [new("one: find item: \"wrong\" & <worse>", 2)],
        };
    }
}
