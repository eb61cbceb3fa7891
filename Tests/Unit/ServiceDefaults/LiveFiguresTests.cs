using System.Diagnostics.Metrics;
using ServiceDefaults;

namespace Tests.Unit.ServiceDefaults;

[Trait("Category", "Unit")]
public sealed class LiveFiguresTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly Meter _meter = new($"Shop.Test.{Guid.NewGuid()}");
    private readonly LiveFigures _figures;

    public LiveFiguresTests() => _figures = new(_time);

    public void Dispose()
    {
        _figures.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Measurements_are_grouped_by_second_and_tag()
    {
        var sizes = _meter.CreateHistogram<int>("test.sizes");
        Read(); // measures from here on
        sizes.Record(3, new KeyValuePair<string, object?>("queue", "a"));
        sizes.Record(5, new KeyValuePair<string, object?>("queue", "a"));
        sizes.Record(7, new KeyValuePair<string, object?>("queue", "b"));
        _time.Advance(TimeSpan.FromSeconds(1));
        sizes.Record(11, new KeyValuePair<string, object?>("queue", "a"));
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal([new(now - 1, 2, 8, 5), new(now, 1, 11, 11)], Seconds("test.sizes", "a"));
        Assert.Equal([new(now - 1, 1, 7, 7)], Seconds("test.sizes", "b"));
    }

    [Fact]
    public void A_gauge_is_read_on_request_and_its_last_value_counts()
    {
        var value = 1.5;
        _meter.CreateObservableGauge("test.gauge", () => value);
        Read();
        value = -2.5;
        Assert.Equal(-2.5, Assert.Single(Seconds("test.gauge", "")).Sum);
    }

    [Fact]
    public void Measurements_older_than_the_window_are_dropped()
    {
        var count = _meter.CreateCounter<long>("test.count");
        Read();
        count.Add(1);
        for (var i = 0; i < LiveFigures.WindowSeconds - 1; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Single(Seconds("test.count", ""));
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(Seconds("test.count", ""));
    }

    [Fact]
    public void Nothing_is_measured_without_readers()
    {
        var count = _meter.CreateCounter<long>("test.count");
        Assert.False(count.Enabled);
        Read();
        Assert.True(count.Enabled);
        _time.Advance(TimeSpan.FromSeconds(59));
        Read();
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.True(count.Enabled);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(count.Enabled);
        var again = Read();
        Assert.Equal(again.Now, again.Since);
        Assert.True(count.Enabled);
    }

    [Fact]
    public void Series_are_limited()
    {
        var count = _meter.CreateCounter<long>("test.count");
        Read();
        for (var i = 0; i < LiveFigures.SeriesMax + 10; i++) count.Add(1, new KeyValuePair<string, object?>("tag", $"{i}"));
        Assert.True(Read().Series.Count <= LiveFigures.SeriesMax);
    }

    private FigureReport Read() => _figures.Read();

    private IEnumerable<FigureSecond> Seconds(string instrument, string tag) =>
        Read().Series.FirstOrDefault(series => series.Instrument == instrument && series.Tag == tag)?.Seconds ?? [];
}
