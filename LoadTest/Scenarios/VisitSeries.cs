namespace LoadTest.Scenarios;

/// <summary>
/// Turns visits into an endless series of requests: each request is the next call of a visit whose answer has arrived, or the first call of a new visit. The
/// number of concurrent visits is therefore the number of connections, or as many as the rate requires.
/// </summary>
internal sealed class VisitSeries
{
    /// <summary>The maximum number of distinct errors; the rest are counted together.</summary>
    public const int WrongMax = 64;

    private const string Others = "others";

    private readonly Lock _gate = new();
    private readonly ScenarioSet _set;
    private readonly long _seed;
    private readonly string _authority, _run = Guid.NewGuid().ToString("N")[..12];
    private readonly Dictionary<long, Visit> _underWay = [];
    private readonly Queue<Visit> _ready = new();
    private readonly List<string> _kinds = [];
    private readonly Dictionary<string, long> _wrong = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OutcomeReport> _outcomes;
    private byte[] _body = [];
    private long _visits;
    private bool _isClosed;

    public VisitSeries(ScenarioSet set, long seed, Target target)
    {
        (_set, _seed, _authority) = (set, seed, target.Authority);
        if (_authority.Length > Call.HeadBytesMax / 4) throw new UsageException($"The address is too long: {target}.");
        _outcomes = set.All.ToDictionary(static one => one.Name, static one => new OutcomeReport(one.Name, 0, 0, 0, 0), StringComparer.Ordinal);
    }

    /// <summary>The kinds of calls, in the order of <see cref="LoadStatistics.Requests"/>.</summary>
    public IReadOnlyList<string> Kinds => _kinds;

    /// <summary>Gets the outcomes of each scenario's visits over the whole run, after its end.</summary>
    public IReadOnlyCollection<OutcomeReport> Ended()
    {
        foreach (var visit in _ready.Concat(_underWay.Values))
            _outcomes[visit.Scenario.Name] = _outcomes[visit.Scenario.Name] with { Unfinished = _outcomes[visit.Scenario.Name].Unfinished + 1 };
        _ready.Clear();
        _underWay.Clear();
        return _outcomes.Values;
    }

    /// <summary>The errors and failures by scenario and call, with their counts, over the whole run.</summary>
    public IEnumerable<(string What, long Count)> Wrong => _wrong.OrderByDescending(static pair => pair.Value).Select(static pair => (pair.Key, pair.Value));

    public RequestSource Requests => new(long.MaxValue, Write, Answered) { Begin = Begin, RequestBytesMax = Call.HeadBytesMax + _set.BodyBytesMax };

    /// <summary>Begins no more visits; those under way continue.</summary>
    public void Close()
    {
        lock (_gate) _isClosed = true;
    }

    private bool Begin(long number)
    {
        lock (_gate)
        {
            if (!_ready.TryDequeue(out var visit))
            {
                if (_isClosed) return false;
                visit = New(_visits++);
            }

            _underWay.Add(number, visit);
            return true;
        }
    }

    private int Write(long number, Span<byte> buffer)
    {
        Call? call;
        lock (_gate) call = _underWay.GetValueOrDefault(number)?.Call;
        return call?.Write(_authority, buffer) ?? 0; // 0: the end of its connection has already answered it
    }

    private Verdict Answered(long number, int status, ReadOnlySpan<byte> body)
    {
        lock (_gate)
        {
            _underWay.Remove(number, out var visit);
            if (_body.Length < body.Length) _body = new byte[body.Length];
            body.CopyTo(_body);
            var kind = KindOf(visit!.Call.Kind);
            if (visit.Take(status, _body.AsMemory(0, body.Length))) _ready.Enqueue(visit);
            else End(visit);
            return new(visit.Wrong is null, kind);
        }
    }

    // Not System.HashCode, whose values differ in each process.
    private Visit New(long number)
    {
        var random = new Random((int)((((ulong)_seed * 0x9E3779B97F4A7C15) + ((ulong)number * 0xBF58476D1CE4E5B9)) >> 33));
        var visit = new Visit(number, random, _run);
        visit.Begin(_set.Choose(random));
        return visit;
    }

    private int KindOf(string name)
    {
        var kind = _kinds.IndexOf(name);
        if (kind >= 0) return kind;
        _kinds.Add(name);
        return _kinds.Count - 1;
    }

    private void End(Visit visit)
    {
        var ended = _outcomes[visit.Scenario.Name];
        _outcomes[visit.Scenario.Name] = visit.Wrong is null ? ended with { AsExpected = ended.AsExpected + 1 }
            : visit.Status is 0 or >= 500 ? ended with { Failed = ended.Failed + 1 } : ended with { Wrong = ended.Wrong + 1 };
        if (visit.Wrong is null) return;
        var what = $"{visit.Scenario.Name}: {visit.Wrong}";
        if (_wrong.Count >= WrongMax && !_wrong.ContainsKey(what)) what = Others;
        _wrong[what] = _wrong.GetValueOrDefault(what) + 1;
    }
}
