using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;

namespace ServiceDefaults;

/// <summary>
/// Collects the process's own metrics per second for the operator's page: the meters <c>Shop.*</c>, and the duration of HTTP requests by route. Measuring
/// starts with the first <see cref="Read"/> and stops a minute after the last one, so that unobserved processes pay nothing for it.
/// </summary>
public sealed class LiveFigures(TimeProvider time) : IDisposable
{
    /// <summary>Number of seconds that are kept.</summary>
    public const int WindowSeconds = 120;

    /// <summary>Maximum number of series. Further ones are dropped; there are few tags by design.</summary>
    public const int SeriesMax = 200;

    private const string RequestDuration = "http.server.request.duration";

    private static readonly TimeSpan KeptUnasked = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<(string Instrument, string Tag), Series> _series = new();
    private MeterListener? _listener;
    private ITimer? _timer;
    private long _askedAt;
    private long _since;

    /// <summary>Returns the measurements. The first call returns none and starts measuring.</summary>
    public FigureReport Read()
    {
        lock (_gate)
        {
            _askedAt = time.GetTimestamp();
            if (_listener is null) Start();
            _listener.RecordObservableInstruments();
            var now = Now();
            return new(now, _since, [.. _series.OrderBy(static one => one.Key).Select(one => one.Value.Read(one.Key, now))]);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate) Stop();
    }

    [MemberNotNull(nameof(_listener))]
    private void Start()
    {
        _series.Clear();
        _since = Now();
        _listener = new()
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name.StartsWith("Shop.", StringComparison.Ordinal) || instrument.Name == RequestDuration)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.Start();
        _timer = time.CreateTimer(_ => StopUnasked(), null, KeptUnasked, Timeout.InfiniteTimeSpan);
    }

    private void StopUnasked()
    {
        lock (_gate)
        {
            var left = KeptUnasked - time.GetElapsedTime(_askedAt);
            if (left <= TimeSpan.Zero) Stop();
            else _timer?.Change(left, Timeout.InfiniteTimeSpan);
        }
    }

    private void Stop()
    {
        _listener?.Dispose();
        _timer?.Dispose();
        (_listener, _timer) = (null, null);
    }

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = (instrument.Name, TagOf(instrument, tags));
        if (!_series.TryGetValue(key, out var series))
        {
            if (_series.Count >= SeriesMax) return;
            series = _series.GetOrAdd(key, static _ => new());
        }

        series.Add(Now(), value, instrument.IsObservable);
    }

    private static string TagOf(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (instrument.Name != RequestDuration) return tags.IsEmpty ? "" : tags[0].Value as string ?? "";
        foreach (var (name, value) in tags)
        {
            if (name == "http.route") return value as string ?? "";
        }

        return "";
    }

    private long Now() => time.GetUtcNow().ToUnixTimeSeconds();

    private sealed class Series
    {
        private readonly (long At, long Count, double Sum, double Max)[] _seconds = new (long, long, double, double)[WindowSeconds];

        public void Add(long now, double value, bool isReading)
        {
            lock (_seconds)
            {
                ref var second = ref _seconds[now % WindowSeconds];
                if (second.At != now || isReading) second = (now, 0, 0, value);
                second.Count++;
                second.Sum += value;
                second.Max = Math.Max(second.Max, value);
            }
        }

        public FigureSeries Read((string Instrument, string Tag) key, long now)
        {
            lock (_seconds)
            {
                return new(key.Instrument, key.Tag, [.. _seconds.Where(second => second.Count > 0 && second.At > now - WindowSeconds)
                    .OrderBy(static second => second.At).Select(static second => new FigureSecond(second.At, second.Count, second.Sum, second.Max))]);
            }
        }
    }
}
