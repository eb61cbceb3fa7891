extern alias StorefrontWeb;
using ServiceDefaults;
using StorefrontWeb::Storefront.Web.Operations;

namespace Tests.Unit.Storefront;

[Trait("Category", "Unit")]
public sealed class OperationsTests
{
    private const long Now = 1_000_000;

    [Fact]
    public void Replicas_are_summed_per_second_without_the_unfinished_second() => AssertAddedUp(Now);

    [Theory]
    [InlineData(-3_600)]
    [InlineData(1)]
    [InlineData(90_000)]
    public void A_replica_with_a_wrong_clock_is_summed_with_the_others(int seconds) => AssertAddedUp(Now + seconds);

    private static void AssertAddedUp(long other)
    {
        var window = new FigureWindow(
        [
            new(Now, Now - 10, [new("sizes", "a", [new(Now - 2, 2, 6, 4), new(Now - 1, 1, 9, 9), new(Now, 1, 100, 100)])]),
            new(other, other - 200, [new("sizes", "a", [new(other - 2, 1, 3, 3)]), new("sizes", "b", [new(other - 1, 1, 1, 1), new(other, 1, 7, 7)])]),
        ]);
        Assert.Equal(LiveFigures.WindowSeconds, window.Sums("sizes", static _ => true).Length);
        Assert.Equal([9, 10], window.Sums("sizes", static _ => true)[^2..]);
        Assert.Equal([3, 9], window.Means("sizes", static tag => tag == "a")[^2..]);
        Assert.Equal([4, 9], window.Largest("sizes", static tag => tag == "a")[^2..]);
        Assert.Null(window.Means("sizes", static _ => true)[0]);
        Assert.Equal((4, 4.5, 9), window.Total("sizes", "a"));
        Assert.Equal(["a", "b"], window.Tags("sizes"));
    }

    [Fact]
    public void Figures_are_missing_before_the_first_measurement_and_zero_after_it()
    {
        var sums = new FigureWindow([new(Now, Now - 2, [])]).Sums("count", static _ => true);
        Assert.Equal([null, 0, 0], sums[^3..]);
        Assert.All(new FigureWindow([]).Sums("count", static _ => true), static sum => Assert.Null(sum));
    }

    [Fact]
    public void The_latest_check_of_any_replica_counts()
    {
        static FigureReport Replica(double age, double violations, double skipped) => new(Now, Now, [
            new("shop.reconciliation.age", "", [new(Now - 5, 1, 1, 1), new(Now, 1, age, age)]),
            new("shop.reconciliation.unchecked", "", [new(Now, 1, skipped, skipped)]),
            new("shop.reconciliation.violations", "books-balance", [new(Now, 1, violations, violations)])]);
        var found = new FigureWindow([Replica(40, 7, 1), Replica(3, 0, 2), new(Now, Now, [])]).Reconciliation();
        Assert.Equal((TimeSpan.FromSeconds(3), 2), (found!.Value.Age, found.Value.Unchecked));
        Assert.Equal([("books-balance", 0L)], found.Value.Invariants);
        Assert.Null(new FigureWindow([new(Now, Now, [])]).Reconciliation());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.03, 0.05)]
    [InlineData(1, 1)]
    [InlineData(1.1, 2)]
    [InlineData(4, 5)]
    [InlineData(51, 100)]
    [InlineData(1000, 1000)]
    public void A_scale_ends_at_a_round_number(double max, double top) =>
        Assert.Equal(top, new Chart("", "", new ChartLine("", [null, max, 0])).Top, 1e-9);

    [Fact]
    public void A_line_is_interrupted_where_values_are_missing()
    {
        var chart = new Chart("", "ms", new ChartLine("mean", [0, 10, null, 5, null]));
        Assert.Equal("M0 120h.1L150 0M450 60h.1", chart.Path(chart.Lines[0]));
        Assert.Equal("5 ms", chart.Text(chart.Lines[0].Latest));
        Assert.Equal("1,234", new Chart("", "").Text(1234.4));
        Assert.Equal("–", chart.Text(null));
    }
}
