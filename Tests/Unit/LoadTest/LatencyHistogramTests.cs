using LoadTest.Statistics;

namespace Tests.Unit.LoadTest;

[Trait("Category", "Unit")]
public sealed class LatencyHistogramTests
{
    private readonly LatencyHistogram _histogram = new();

    [Fact]
    public void Empty_it_has_only_zeros()
    {
        Assert.Equal((0, 0, 0), (_histogram.Count, _histogram.Max, _histogram.Percentile(0.99)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(1_000_000)]
    [InlineData(60_000_000_000)]
    [InlineData(LatencyHistogram.DurationMax)]
    public void A_duration_is_told_with_an_error_of_less_than_one_in_128(long duration)
    {
        _histogram.Record(duration);
        _histogram.Record(LatencyHistogram.DurationMax); // so that the maximum does not hide the bucket's end
        var told = _histogram.Percentile(0.5);
        Assert.InRange(told, duration, duration + (duration / 128));
        Assert.True(duration >= 256 || told == duration);
    }

    [Fact]
    public void Every_bucket_begins_where_the_last_one_ends()
    {
        for (var duration = 1L; duration < 100_000; duration++)
        {
            _histogram.Clear();
            _histogram.Record(duration);
            _histogram.Record(long.MaxValue);
            Assert.InRange(_histogram.Percentile(0.5), duration, duration + (duration / 128));
        }
    }

    [Fact]
    public void Percentiles_are_those_of_a_sorted_list()
    {
        var random = new Random(1);
        var durations = Enumerable.Range(0, 10_000).Select(_ => (long)Math.Exp(random.NextDouble() * 20)).ToArray();
        foreach (var duration in durations) _histogram.Record(duration);
        Array.Sort(durations);
        foreach (var part in (double[])[0.0001, 0.5, 0.95, 0.99, 0.999, 0.9999, 1])
        {
            var exact = durations[(int)Math.Ceiling(part * durations.Length) - 1];
            Assert.InRange(_histogram.Percentile(part), exact, exact + (exact / 128));
        }

        Assert.Equal(durations[^1], _histogram.Max);
        Assert.Equal(durations[^1], _histogram.Percentile(1));
    }

    [Fact]
    public void What_is_too_long_or_negative_is_counted_at_the_ends()
    {
        _histogram.Record(-5);
        _histogram.Record(long.MaxValue);
        Assert.Equal((2, 0, long.MaxValue), (_histogram.Count, _histogram.Percentile(0.5), _histogram.Max));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.5)]
    [InlineData(1.01)]
    public void A_part_is_more_than_nothing_and_no_more_than_all(double part) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _histogram.Percentile(part));
}
