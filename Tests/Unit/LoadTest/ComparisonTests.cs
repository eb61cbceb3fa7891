using LoadTest;
using LoadTest.Reports;

namespace Tests.Unit.LoadTest;

[Trait("Category", "Unit")]
public sealed class ComparisonTests
{
    [Theory]
    [InlineData(1000, 10, 1030, 10.3, "within noise", "within noise")] // below 5 %
    [InlineData(1000, 10, 1080, 9.2, "within noise", "within noise")] // below three standard errors
    [InlineData(1000, 10, 1300, 7, "better", "better")]
    [InlineData(1000, 10, 700, 13, "worse", "worse")]
    public void A_difference_counts_if_it_exceeds_the_noise(long rate, double ms, long otherRate, double otherMs, string rateIs, string latencyIs)
    {
        var figures = Comparison.Compare(RunReports.Of(10, rate, ms), RunReports.Of(10, otherRate, otherMs)).ToDictionary(figure => figure.Name);
        Assert.Equal((rateIs, latencyIs, latencyIs, ""),
            (figures["handled/s"].Judgement, figures["p50 ms"].Judgement, figures["p99 ms"].Judgement, figures["p99.9 ms"].Judgement));
        Assert.Equal((otherRate - rate) * 100.0 / rate, figures["handled/s"].Percent!.Value, 1);
        Assert.Equal("within noise", figures["errors %"].Judgement);
        Assert.Contains("find <item>, p99 ms", figures.Keys);
    }

    [Fact]
    public void A_few_seconds_are_inconclusive() => Assert.Equal("too short to tell",
        Comparison.Compare(RunReports.Of(Comparison.SecondsMin - 1, 100, 10), RunReports.Of(10, 900, 1))[0].Judgement);

    [Theory]
    [InlineData(0, 40, "worse")]
    [InlineData(40, 0, "better")]
    [InlineData(3, 5, "within noise")]
    public void Errors_are_compared_by_their_rate(int before, int after, string judgement) => Assert.Equal(judgement,
        Comparison.Compare(RunReports.Of(10, 100, 10, before), RunReports.Of(10, 100, 10, after)).Single(figure => figure.Name == "errors %").Judgement);

    [Fact]
    public void Runs_with_different_options_are_reported() => Assert.Equal(["command shop, storm", "users 8, 9"],
        Comparison.Differences(RunReports.Of(5, 10, 1), RunReports.Of(5, 10, 1) with { Command = "storm", Users = 9 }));

    [Fact]
    public void Saved_reports_are_read_and_compared()
    {
        using var folder = new TempFolder();
        var (file, wrong, output) = (Path.Combine(folder.Path, "a.json"), Path.Combine(folder.Path, "b.json"), new StringWriter());
        var report = RunReports.Of(10, 100, 5, errors: 2);
        report.Save(null, file);
        var read = RunReport.Read(file);
        Assert.Equal((report.Handled, report.ErrorCount, report.IsRight, report.Seconds.Count),
            (read.Handled, read.ErrorCount, read.IsRight, read.Seconds.Count));
        Assert.Equal(report.Handled, read.Distribution.Sum(static bucket => bucket.Count));
        Assert.InRange(read.Distribution[^1].UpToMs, 5, 6);
        Consoles.Plain(output).Print(read, report);
        Assert.Matches("\nhandled/s +100.00 +100.00 +0.0 % +within noise\n", output.ToString());

        File.WriteAllText(wrong, "{}");
        Assert.StartsWith($"{wrong} is not a report", Assert.Throws<UsageException>(() => RunReport.Read(wrong)).Message, StringComparison.Ordinal);
    }
}
