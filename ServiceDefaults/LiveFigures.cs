using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults;

/// <summary>What an instrument measured in one second.</summary>
/// <param name="At">The second, Unix time.</param>
/// <param name="Count">How many measurements there were.</param>
/// <param name="Sum">Their sum, in the instrument's unit; of a gauge what it read last.</param>
/// <param name="Max">The largest of them.</param>
public sealed record FigureSecond(long At, long Count, double Sum, double Max);

/// <summary>An instrument's measurements under one tag.</summary>
/// <param name="Instrument">Its name, e.g. <c>shop.batch.size</c>.</param>
/// <param name="Tag">The value of its first tag (of HTTP requests the route); empty where it has none.</param>
/// <param name="Seconds">The seconds in which there was anything, in order of time.</param>
public sealed record FigureSeries(string Instrument, string Tag, IReadOnlyList<FigureSecond> Seconds);

/// <summary>What a process measured of itself lately.</summary>
/// <param name="Now">The current second, Unix time. What is of it is not complete.</param>
/// <param name="Since">The second from which on it was measured.</param>
/// <param name="Series">What was measured.</param>
public sealed record FigureReport(long Now, long Since, IReadOnlyList<FigureSeries> Series);

/// <summary>
/// The process's own instruments second by second, for an operator's page: meters <c>Shop.*</c>, and the duration of HTTP requests by route. It measures from
/// the first question on, and for as long as somebody asks again; a process that nobody looks at pays nothing for it.
/// </summary>
public sealed class LiveFigures(TimeProvider time) : IDisposable
{
    /// <summary>So many seconds are kept.</summary>
    public const int WindowSeconds = 120;

    /// <summary>More series than this are not kept: tags are few by design, and this is where that shows.</summary>
    public const int SeriesMax = 200;

    private const string RequestDuration = "http.server.request.duration";

    private static readonly TimeSpan KeptUnasked = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<(string Instrument, string Tag), Series> _series = new();
    private MeterListener? _listener;
    private ITimer? _timer;
    private long _askedAt;
    private long _since;

    /// <summary>What was measured; the first time nothing yet.</summary>
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

/// <summary>Shows <see cref="LiveFigures"/> to the storefront; the gateway does not route it.</summary>
internal static class LiveFiguresEndpoint
{
    public static void MapLiveFigures(this WebApplication app) => app.MapGet("/internal/figures", static (LiveFigures figures) =>
        TypedResults.Json(figures.Read(), FiguresJson.Default.FigureReport)).DisableHttpMetrics().ExcludeFromDescription();
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(FigureReport))]
internal sealed partial class FiguresJson : JsonSerializerContext;
