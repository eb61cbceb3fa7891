using System.Diagnostics;
using System.Text;

namespace LoadTest.Statistics;

/// <summary>Where a run is.</summary>
internal enum LoadPhase
{
    Warmup,
    Measured,
    Draining,
}

/// <summary>What an answer is to whoever asked.</summary>
/// <param name="IsExpected">Whether it is what was asked for.</param>
/// <param name="Kind">The kind of request; -1 where there is only one.</param>
internal readonly record struct Verdict(bool IsExpected, int Kind = -1)
{
    /// <summary>Where nothing but success is asked for.</summary>
    public static Verdict Of(int status) => new(status is >= 200 and < 300);
}

/// <summary>One second of a run.</summary>
/// <param name="Second">From 1, warm-up included.</param>
/// <param name="Phase">Before the window, in it, or after it.</param>
/// <param name="Succeeded">Answers that were asked for: of 2xx, if nothing else is said.</param>
/// <param name="Refused">Other answers below 500.</param>
/// <param name="Failed">Answers of 5xx, and requests without an answer.</param>
/// <param name="Median">Of all answers, in nanoseconds.</param>
/// <param name="Percentile99">Of all answers, in nanoseconds.</param>
/// <param name="Waiting">Arrivals that no connection was free for, at the end of the second; open loop only.</param>
internal readonly record struct SecondStatistics(
    int Second, LoadPhase Phase, long Succeeded, long Refused, long Failed, long Median, long Percentile99, long Waiting);

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
    private readonly LatencyHistogram _second = new();
    private readonly List<LatencyHistogram> _requests = [];
    private long _begin = long.MaxValue, _end = long.MaxValue;
    private long _secondSucceeded, _secondRefused, _secondFailed;

    /// <summary>Answers that were asked for: of 2xx, if nothing else is said.</summary>
    public long Succeeded { get; private set; }

    /// <summary>Requests without an answer: the connection broke, or it took too long.</summary>
    public long Unanswered { get; private set; }

    /// <summary>Connections that could not be made; no request was lost by it. Of the whole run.</summary>
    public long ConnectFailures { get; set; }

    /// <summary>Durations of these.</summary>
    public LatencyHistogram Success { get; } = new();

    /// <summary>Durations of all others.</summary>
    public LatencyHistogram Failure { get; } = new();

    /// <summary>Durations of answers that were asked for, by kind of request, where there are several.</summary>
    public IReadOnlyList<LatencyHistogram> Requests => _requests;

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
        _second.Record(duration);
        if (isSuccess) _secondSucceeded++;
        else if (status is >= 200 and < 500) _secondRefused++;
        else _secondFailed++;
        if (start >= _begin && start < _end)
        {
            (isSuccess ? Success : Failure).Record(duration);
            while (_requests.Count <= verdict.Kind) _requests.Add(new LatencyHistogram());
            if (isSuccess && verdict.Kind >= 0) _requests[verdict.Kind].Record(duration);
        }

        if (now < _begin || now >= _end) return;
        if (isSuccess) Succeeded++;
        else if (status == 0) Unanswered++;
        else Count(status, ProblemType(body));
    }

    /// <summary>What was counted since the last call.</summary>
    public SecondStatistics TakeSecond(int second, long waiting)
    {
        var phase = _begin == long.MaxValue ? LoadPhase.Warmup : _end == long.MaxValue ? LoadPhase.Measured : LoadPhase.Draining;
        var taken = new SecondStatistics(second, phase, _secondSucceeded, _secondRefused, _secondFailed,
            _second.Percentile(0.5), _second.Percentile(0.99), waiting);
        (_secondSucceeded, _secondRefused, _secondFailed) = (0, 0, 0);
        _second.Clear();
        return taken;
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
