using System.Diagnostics;
using System.Text;
using HdrHistogram;

namespace LoadTest.Statistics;

/// <summary>
/// The results of a run's requests. Answers count if they arrive within the window. Durations count if their request was sent (or due) within it, so that slow
/// ones at its end are not lost. Used by one thread at a time.
/// </summary>
internal sealed class LoadStatistics
{
    /// <summary>The maximum number of distinct problem types; the rest are counted by status only.</summary>
    public const int KindsMax = 64;

    private const int KindBytesMax = 128;
    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    private readonly List<(byte[] Kind, int Status, long Count)> _kinds = [];
    private readonly LatencyRecorder _outside = new(), _failure = new(); // for requests outside the window, and for those not answered as expected
    private readonly List<LatencyRecorder> _success = []; // all others, by kind of request; the first is for requests without a kind
    private LatencyRecorder[] _taken = [];
    private long _begin = long.MaxValue, _end = long.MaxValue;
    private long _secondSucceeded, _secondRefused, _secondFailed;

    /// <summary>The number of expected answers: 2xx, unless stated otherwise.</summary>
    public long Succeeded { get; private set; }

    /// <summary>The number of requests without an answer: the connection broke, or the request timed out.</summary>
    public long Unanswered { get; private set; }

    /// <summary>The number of failed connection attempts over the whole run; they lost no request.</summary>
    public long ConnectFailures { get; set; }

    /// <summary>The durations of expected answers, in nanoseconds.</summary>
    public LongHistogram Success => Sum(_success);

    /// <summary>The durations of all other answers, in nanoseconds.</summary>
    public LongHistogram Failure => Sum([_failure]);

    /// <summary>The durations of expected answers by kind of request, if there are several.</summary>
    public IEnumerable<LongHistogram> Requests => _success.Skip(1).Select(static kind => Sum([kind]));

    /// <summary>Whether the series ended before the window did.</summary>
    public bool RanOut { get; set; }

    /// <summary>For an open loop, the window's arrivals that were sent, sent late, and never sent.</summary>
    public (long Sent, long Late, long Dropped) Arrivals { get; set; }

    public double Seconds => Stopwatch.GetElapsedTime(_begin, _end).TotalSeconds;

    /// <summary>Expected answers per second.</summary>
    public double PerSecond => Seconds > 0 ? Succeeded / Seconds : 0;

    /// <summary>All other answers, by status and problem type.</summary>
    public IEnumerable<(int Status, string Type, long Count)> Others =>
        _kinds.Select(kind => (kind.Status, Encoding.UTF8.GetString(kind.Kind), kind.Count)).OrderBy(kind => kind.Status);

    /// <summary>Begins the window, in ticks of the stopwatch.</summary>
    public void Begin(long now) => _begin = now;

    /// <summary>Ends the window, in ticks of the stopwatch.</summary>
    public void End(long now) => _end = now;

    /// <summary>Records an answer; status 0 means that none arrived.</summary>
    public void Record(long start, long now, int status, ReadOnlySpan<byte> body, Verdict verdict)
    {
        var duration = (long)((now - start) * NanosecondsPerTick);
        var isSuccess = verdict.IsExpected;
        if (isSuccess) _secondSucceeded++;
        else if (status is >= 200 and < 500) _secondRefused++;
        else _secondFailed++;
        // Recorded once; each second, and the whole run, is a sum of these.
        var success = Of(verdict.Kind);
        (start < _begin || start >= _end ? _outside : isSuccess ? success : _failure).Record(duration);
        if (now < _begin || now >= _end) return;
        if (isSuccess) Succeeded++;
        else if (status == 0) Unanswered++;
        else Count(status, ProblemType(body));
    }

    /// <summary>Gets the counts since the last call, without durations: call <see cref="AddSecond"/> next.</summary>
    public SecondStatistics TakeSecond(int second, long waiting)
    {
        var phase = _begin == long.MaxValue ? LoadPhase.Warmup : _end == long.MaxValue ? LoadPhase.Measured : LoadPhase.Draining;
        var taken = new SecondStatistics(second, phase, _secondSucceeded, _secondRefused, _secondFailed, 0, 0, waiting);
        (_secondSucceeded, _secondRefused, _secondFailed) = (0, 0, 0);
        _taken = [_outside, _failure, .. _success];
        foreach (var recorder in _taken) recorder.Take();
        return taken;
    }

    /// <summary>Adds the durations of a second from <see cref="TakeSecond"/>. Answers may be recorded concurrently.</summary>
    public SecondStatistics AddSecond(SecondStatistics second)
    {
        var all = LatencyRecorder.NewHistogram();
        foreach (var recorder in _taken) recorder.AddTaken(all);
        return second with { Median = LatencyRecorder.Percentile(all, 50), Percentile99 = LatencyRecorder.Percentile(all, 99) };
    }

    /// <summary>Gets the <c>type</c> of a problem document (RFC 9457); empty if the body has none.</summary>
    internal static ReadOnlySpan<byte> ProblemType(ReadOnlySpan<byte> body)
    {
        var at = body.IndexOf("\"type\":"u8);
        if (at < 0) return default;
        var value = body[(at + 7)..].TrimStart((byte)' ');
        if (value is not [(byte)'"', ..] || value[1..].IndexOf((byte)'"') is not (>= 0 and <= KindBytesMax and var length)) return default;
        return value.Slice(1, length);
    }

    private static LongHistogram Sum(IEnumerable<LatencyRecorder> recorders)
    {
        var sum = LatencyRecorder.NewHistogram();
        foreach (var recorder in recorders) recorder.AddAll(sum);
        return sum;
    }

    private LatencyRecorder Of(int kind)
    {
        while (_success.Count <= kind + 1) _success.Add(new LatencyRecorder());
        return _success[kind + 1];
    }

    private void Count(int status, ReadOnlySpan<byte> kind)
    {
        for (var i = 0; i < _kinds.Count; i++)
        {
            var known = _kinds[i];
            if (known.Status != status || !kind.SequenceEqual(known.Kind)) continue;
            _kinds[i] = known with { Count = known.Count + 1 };
            return;
        }

        if (_kinds.Count < KindsMax || kind.IsEmpty) _kinds.Add((kind.ToArray(), status, 1));
        else Count(status, default);
    }
}
