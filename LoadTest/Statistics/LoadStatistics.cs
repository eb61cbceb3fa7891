using System.Diagnostics;
using System.Text;
using HdrHistogram;

namespace LoadTest.Statistics;

/// <summary>
/// What became of the requests. Answers are counted when they come within the window; durations when their request was sent (or was due) within it, so that
/// slow ones at its end are not lost. One thread at a time.
/// </summary>
internal sealed class LoadStatistics
{
    /// <summary>How many problem types are told apart; the rest goes by its status alone.</summary>
    public const int KindsMax = 64;

    private const int KindBytesMax = 128;
    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;

    private readonly List<(byte[] Kind, int Status, long Count)> _kinds = [];
    private readonly LatencyRecorder _outside = new(), _failure = new(); // of requests outside the window, and of those that were not answered as asked
    private readonly List<LatencyRecorder> _success = []; // all others, by kind of request; the first is of those without a kind
    private LatencyRecorder[] _taken = [];
    private long _begin = long.MaxValue, _end = long.MaxValue;
    private long _secondSucceeded, _secondRefused, _secondFailed;

    /// <summary>Answers that were asked for: of 2xx, if nothing else is said.</summary>
    public long Succeeded { get; private set; }

    /// <summary>Requests without an answer: the connection broke, or it took too long.</summary>
    public long Unanswered { get; private set; }

    /// <summary>Connections that could not be made; no request was lost by it. Of the whole run.</summary>
    public long ConnectFailures { get; set; }

    /// <summary>Durations of answers that were asked for, in nanoseconds.</summary>
    public LongHistogram Success => Sum(_success);

    /// <summary>Durations of all others.</summary>
    public LongHistogram Failure => Sum([_failure]);

    /// <summary>Durations of answers that were asked for, by kind of request, where there are several.</summary>
    public IEnumerable<LongHistogram> Requests => _success.Skip(1).Select(static kind => Sum([kind]));

    /// <summary>Whether the series ended before the window did.</summary>
    public bool RanOut { get; set; }

    /// <summary>Open loop: arrivals of the window that were sent, sent late, and never sent.</summary>
    public (long Sent, long Late, long Dropped) Arrivals { get; set; }

    /// <summary>The window's length.</summary>
    public double Seconds => Stopwatch.GetElapsedTime(_begin, _end).TotalSeconds;

    /// <summary>Answers that were asked for a second.</summary>
    public double PerSecond => Seconds > 0 ? Succeeded / Seconds : 0;

    /// <summary>All other answers, by status and problem type.</summary>
    public IEnumerable<(int Status, string Type, long Count)> Others =>
        _kinds.Select(kind => (kind.Status, Encoding.UTF8.GetString(kind.Kind), kind.Count)).OrderBy(kind => kind.Status);

    /// <summary>The window begins, in ticks of the stopwatch.</summary>
    public void Begin(long now) => _begin = now;

    /// <summary>The window ends.</summary>
    public void End(long now) => _end = now;

    /// <summary>Counts an answer; status 0: none came.</summary>
    public void Record(long start, long now, int status, ReadOnlySpan<byte> body, Verdict verdict)
    {
        var duration = (long)((now - start) * NanosecondsPerTick);
        var isSuccess = verdict.IsExpected;
        if (isSuccess) _secondSucceeded++;
        else if (status is >= 200 and < 500) _secondRefused++;
        else _secondFailed++;
        // Once in all: each second, and the whole run, is a sum of these.
        var success = Of(verdict.Kind);
        (start < _begin || start >= _end ? _outside : isSuccess ? success : _failure).Record(duration);
        if (now < _begin || now >= _end) return;
        if (isSuccess) Succeeded++;
        else if (status == 0) Unanswered++;
        else Count(status, ProblemType(body));
    }

    /// <summary>What was counted since the last call, but for the durations: <see cref="AddSecond"/> is to follow.</summary>
    public SecondStatistics TakeSecond(int second, long waiting)
    {
        var phase = _begin == long.MaxValue ? LoadPhase.Warmup : _end == long.MaxValue ? LoadPhase.Measured : LoadPhase.Draining;
        var taken = new SecondStatistics(second, phase, _secondSucceeded, _secondRefused, _secondFailed, 0, 0, waiting);
        (_secondSucceeded, _secondRefused, _secondFailed) = (0, 0, 0);
        _taken = [_outside, _failure, .. _success];
        foreach (var recorder in _taken) recorder.Take();
        return taken;
    }

    /// <summary>Adds up the durations of a second that was taken. Answers may be counted meanwhile.</summary>
    public SecondStatistics AddSecond(SecondStatistics second)
    {
        var all = LatencyRecorder.NewHistogram();
        foreach (var recorder in _taken) recorder.AddTaken(all);
        return second with { Median = LatencyRecorder.Percentile(all, 50), Percentile99 = LatencyRecorder.Percentile(all, 99) };
    }

    /// <summary>The <c>type</c> of a problem document (RFC 9457); empty when the body has none.</summary>
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
