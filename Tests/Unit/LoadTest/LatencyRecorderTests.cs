using HdrHistogram;
using LoadTest.Statistics;

namespace Tests.Unit.LoadTest;

[Trait("Category", "Unit")]
public sealed class LatencyRecorderTests
{
    private readonly LatencyRecorder _recorder = new();

    private LongHistogram All
    {
        get
        {
            var all = LatencyRecorder.NewHistogram();
            _recorder.AddAll(all);
            return all;
        }
    }

    [Fact]
    public void Without_values_it_has_only_zeros() => Assert.Equal((0, 0), (All.TotalCount, LatencyRecorder.Percentile(All, 99)));

    [Fact]
    public void Percentiles_are_those_of_a_sorted_list_with_an_error_of_less_than_one_in_128()
    {
        var random = new Random(1);
        var durations = Enumerable.Range(0, 10_000).Select(_ => (long)Math.Exp(random.NextDouble() * 26)).ToArray();
        foreach (var duration in durations) _recorder.Record(duration);
        Array.Sort(durations);
        foreach (var percent in (double[])[0.01, 50, 95, 99, 99.9, 99.99, 100])
        {
            var exact = durations[(int)Math.Ceiling(percent / 100 * durations.Length) - 1];
            Assert.InRange(LatencyRecorder.Percentile(All, percent), exact, exact + (exact / 128));
        }
    }

    [Fact]
    public void Values_out_of_range_are_counted_at_the_ends()
    {
        _recorder.Record(-5);
        _recorder.Record(long.MaxValue);
        Assert.Equal((2, 0), (All.TotalCount, LatencyRecorder.Percentile(All, 50)));
        Assert.Equal(LatencyRecorder.DurationMax, LatencyRecorder.Percentile(All, 100));
    }

    [Fact]
    public void A_second_is_taken_once_and_is_part_of_the_whole()
    {
        var (first, second) = (LatencyRecorder.NewHistogram(), LatencyRecorder.NewHistogram());
        _recorder.Record(100);
        _recorder.Take();
        _recorder.Record(200); // recorded between the two
        _recorder.AddTaken(first);
        _recorder.Take();
        _recorder.AddTaken(second);
        _recorder.Record(100);
        Assert.Equal((1, 1, 2, 3), (first.TotalCount, second.TotalCount, All.GetCountAtValue(100), All.TotalCount));
    }
}
