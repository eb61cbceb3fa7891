using System.Diagnostics;
using System.Text;
using LoadTest.Reports;
using LoadTest.Statistics;

namespace Tests.Unit.LoadTest;

[Trait("Category", "Unit")]
public sealed class StatisticsTests
{
    private static readonly long Ms = Stopwatch.Frequency / 1000;
    private static readonly byte[] OutOfStock = Encoding.UTF8.GetBytes("""{"type":"urn:shop:problem:out-of-stock","title":"Out of stock","status":400}""");

    [Fact]
    public void Responses_are_counted_by_arrival_and_durations_by_start()
    {
        var statistics = new LoadStatistics();
        statistics.Record(0, 10 * Ms, 200, default, Verdict.Of(200)); // before the window
        statistics.Begin(20 * Ms);
        statistics.Record(15 * Ms, 30 * Ms, 200, default, Verdict.Of(200)); // started before the window
        statistics.Record(21 * Ms, 51 * Ms, 200, default, Verdict.Of(200));
        statistics.Record(60 * Ms, 70 * Ms, 400, OutOfStock, Verdict.Of(400));
        statistics.Record(60 * Ms, 80 * Ms, 400, OutOfStock, Verdict.Of(400));
        statistics.Record(60 * Ms, 90 * Ms, 503, default, Verdict.Of(503));
        statistics.Record(60 * Ms, 90 * Ms, 0, default, Verdict.Of(0));
        statistics.End(120 * Ms);
        statistics.Record(110 * Ms, 1110 * Ms, 200, default, Verdict.Of(200)); // ends after the window
        statistics.Record(120 * Ms, 121 * Ms, 200, default, Verdict.Of(200)); // after the window

        Assert.Equal((2, 1), (statistics.Succeeded, statistics.Unanswered));
        Assert.Equal([(400, "urn:shop:problem:out-of-stock", 2), (503, "", 1)], statistics.Others);
        Assert.Equal((2, 4), (statistics.Success.TotalCount, statistics.Failure.TotalCount));
        Assert.InRange(LatencyReport.Of(statistics.Success)!.MaxMs, 1_000, 1_008);
        Assert.InRange(LatencyReport.Of(statistics.Failure)!.MaxMs, 30, 30.25);
        Assert.Equal(20, statistics.PerSecond, 6);
    }

    [Fact]
    public void Kinds_of_problems_are_limited_and_none_is_lost()
    {
        var statistics = new LoadStatistics();
        statistics.Begin(0);
        for (var i = 0; i < 1000; i++) statistics.Record(0, 1, 400, Encoding.UTF8.GetBytes($$"""{"type": "urn:{{i}}"}"""), Verdict.Of(400));
        Assert.Equal((LoadStatistics.KindsMax + 1, 1000), (statistics.Others.Count(), statistics.Others.Sum(kind => kind.Count)));
    }

    [Fact]
    public void A_second_is_reported_once()
    {
        var statistics = new LoadStatistics();
        statistics.Record(0, 3 * Ms, 200, default, Verdict.Of(200));
        var first = statistics.AddSecond(statistics.TakeSecond(1, waiting: 4));
        Assert.Equal((LoadPhase.Warmup, 1, 4), (first.Phase, first.Succeeded, first.Waiting));
        Assert.InRange(first.Percentile99, 3_000_000, 3_000_000 * 129 / 128);
        statistics.Begin(5 * Ms);
        var second = statistics.AddSecond(statistics.TakeSecond(2, waiting: 0));
        Assert.Equal((LoadPhase.Measured, 0, 0), (second.Phase, second.Succeeded, second.Percentile99));
    }

    [Theory]
    [InlineData("nginx", "", "nginx")]
    [InlineData("Order.Api", "", "Order.Api")]
    [InlineData("dotnet", "dotnet\0exec\0/somewhere/Payment.Api.dll\0--urls\0x\0", "Payment.Api")]
    [InlineData("dotnet", "dotnet\0build\0", "other")]
    [InlineData("LoadTest", "", "other")] // another one; this process is known by its id
    [InlineData("bash", "", "other")]
    public void A_process_belongs_to_the_group_of_its_program(string name, string commandLine, string group) =>
        Assert.Equal(group, ProcessSample.GroupOf(name, () => commandLine));

    [Fact]
    public void A_process_may_have_any_name()
    {
        const string Stat = "42 (a ) (b) S 1 42 42 0 -1 4194560 100 0 0 0 7 5 0 0 20 0 3 0 987654 22000000 1234 18446744073709551615 1 1";
        Assert.Equal(("a ) (b", 12, 987654, 1234), ProcessSample.ParseStat(Stat));
    }

    [Fact]
    public void The_CPU_time_of_this_process_shows_in_its_group()
    {
        var before = ProcessSample.Take();
        for (var clock = Stopwatch.StartNew(); clock.ElapsedMilliseconds < 200;) Thread.SpinWait(100);
        var usage = ProcessSample.Between(before, ProcessSample.Take()).Single(group => group.Name == "LoadTest");
        Assert.True(usage is { CpuSeconds: > 0, ResidentBytesBefore: > 0, ResidentBytesAfter: > 0 });
    }
}
