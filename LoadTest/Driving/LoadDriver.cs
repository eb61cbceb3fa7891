using System.Diagnostics;

namespace LoadTest.Driving;

/// <summary>
/// Sends a series over keep-alive connections, in a closed or an open loop. The sockets' single thread handles answers and sends the next requests; the
/// caller's thread keeps time, connects, and sends due requests over idle connections. A lock, rarely contended, separates the two. Written by hand so that an
/// answer's thread sends the next request at once, without a task or an allocation for each.
/// </summary>
internal sealed class LoadDriver : IConnectionUser, IDisposable
{
    private const int ConnectSecondsMax = 5, AnswerSecondsMax = 60, DrainSecondsMax = 35, AbortSecondsMax = 5, RetryMs = 100;
    private const int ClosedLoopTickMs = 10, OpenLoopTickMs = 1;

    private readonly Lock _gate = new();
    private readonly IReadOnlyList<Target> _targets;
    private readonly RequestSource _series;
    private readonly LoadPlan _plan;
    private readonly HttpConnection[] _connections;
    private readonly Queue<HttpConnection> _idle; // without a request in flight, and not being connected
    private readonly LoadStatistics _statistics = new();
    private ArrivalSchedule? _schedule;
    private long _begin, _next, _ranOutAt, _nextSecondAt;
    private int _second, _onTheWay;
    private bool _isSending, _isOver;

    private LoadDriver(IReadOnlyList<Target> targets, RequestSource series, LoadPlan plan)
    {
        (_targets, _series, _plan) = (targets, series, plan);
        _connections = [.. Enumerable.Range(0, plan.Connections).Select(i => new HttpConnection(targets[i % targets.Count], this, series.RequestBytesMax))];
        _idle = new Queue<HttpConnection>(_connections);
        foreach (var connection in _connections) connection.IsQueued = true;
    }

    private static long Now => Stopwatch.GetTimestamp();

    private long RampTicks => _plan.IsRamped ? Ticks(_plan.WarmupSeconds) : 0;

    /// <summary>Drives the series as planned, and returns the results when no request is in flight anymore.</summary>
    /// <param name="targets">The addresses of one shop; connections are spread over them in turn.</param>
    /// <param name="series">The requests to send.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="cancellationToken">Ends the run without a result.</param>
    /// <exception cref="LoadTestException">A target cannot be reached.</exception>
    /// <exception cref="OperationCanceledException">The run was interrupted, or stopped before the window began.</exception>
    public static LoadStatistics Run(IReadOnlyList<Target> targets, RequestSource series, LoadPlan plan, CancellationToken cancellationToken)
    {
        using var driver = new LoadDriver(targets, series, plan);
        driver.ConnectAll(cancellationToken);
        driver.Drive(cancellationToken);
        return driver._statistics;
    }

    /// <inheritdoc />
    public void Connected(HttpConnection connection)
    {
        bool isTaken;
        lock (_gate)
        {
            connection.IsOpen = true;
            isTaken = AssignOrQueue(connection, Now);
        }

        if (isTaken) Send(connection);
    }

    /// <inheritdoc />
    public void Answered(HttpConnection connection, int status, ReadOnlySpan<byte> body, bool isLast)
    {
        var now = Now;
        bool isTaken;
        lock (_gate)
        {
            if (_isOver) return;
            Finish(connection, now, status, body);
            isTaken = !isLast && AssignOrQueue(connection, now);
        }

        if (isTaken) Send(connection);
    }

    /// <inheritdoc />
    public void Closed(HttpConnection connection, bool wasConnected)
    {
        lock (_gate)
        {
            if (_isOver) return;
            connection.IsOpen = false;
            if (connection.Number >= 0) Finish(connection, Now, 0, default);
            if (!wasConnected) _statistics.ConnectFailures++;
            connection.Since = Now + (wasConnected ? 0 : Ticks(RetryMs / 1000.0));
            if (!connection.IsQueued) Enqueue(connection);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (_gate) _isOver = true;
        foreach (var connection in _connections) connection.Dispose();
    }

    private static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);

    private void ConnectAll(CancellationToken cancellationToken)
    {
        var limit = Now + Ticks(ConnectSecondsMax);
        for (Pump(); Array.FindAll(_connections, c => c.IsOpen) is var open && open.Length < _connections.Length; Pump())
        {
            if (Now > limit)
            {
                throw new LoadTestException(
                    $"{string.Join(", ", _targets)} cannot be reached: after {ConnectSecondsMax} s {open.Length} of {_connections.Length} connections"
                    + " are open.");
            }

            cancellationToken.ThrowIfCancellationRequested();
            _plan.Stop.ThrowIfCancellationRequested();
            Thread.Sleep(ClosedLoopTickMs);
        }
    }

    private void Drive(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _begin = Now;
            if (_plan.RatePerSecond > 0) _schedule = new ArrivalSchedule(_plan.RatePerSecond, _begin, RampTicks);
            _isSending = true;
            _nextSecondAt = _begin + Ticks(1);
        }

        if (_plan.WarmupSeconds > 0) PumpUntil(_begin + Ticks(_plan.WarmupSeconds), cancellationToken);
        _plan.Stop.ThrowIfCancellationRequested();
        _plan.WindowBegins?.Invoke();
        var windowBegin = Now;
        var end = _plan.DurationSeconds > 0 ? windowBegin + Ticks(_plan.DurationSeconds) : long.MaxValue;
        lock (_gate)
        {
            _statistics.Begin(windowBegin);
            if (_schedule is not null) _schedule.End = end;
            _schedule?.ResetCounts();
        }

        PumpUntil(end, cancellationToken);
        if (_plan.DurationSeconds > 0) EndWindow(Math.Min(end, Now));
        Drain(cancellationToken);
        if (_plan.DurationSeconds == 0) EndWindow(Now);
    }

    private void EndWindow(long end)
    {
        Pump();
        lock (_gate)
        {
            _statistics.RanOut = _plan.DurationSeconds > 0 && _ranOutAt > 0;
            _statistics.End(_statistics.RanOut ? _ranOutAt : end);
            if (_schedule is null) _isSending = _series.Begin is not null;
            else _schedule.End = end; // requests due within the window are still sent
        }

        _plan.WindowEnded?.Invoke();
    }

    private void PumpUntil(long end, CancellationToken cancellationToken)
    {
        while (Now < end && !IsExhausted() && !_plan.Stop.IsCancellationRequested) Tick(cancellationToken);
    }

    // Requests due in the window are still sent, and those in flight get time to finish; later ones count as unanswered.
    private void Drain(CancellationToken cancellationToken)
    {
        RestWithin(DrainSecondsMax, cancellationToken);
        lock (_gate)
        {
            _isSending = false;
            if (_schedule?.Waiting(Now) is > 0 and var waiting) _schedule.Drop(waiting);
            if (_schedule is not null) _statistics.Arrivals = (_schedule.Sent, _schedule.Late, _schedule.Dropped);
        }

        RestWithin(DrainSecondsMax, cancellationToken);
        Abort(olderThan: long.MaxValue);
        RestWithin(AbortSecondsMax, cancellationToken);
        lock (_gate)
        {
            foreach (var connection in _connections)
                if (connection.Number >= 0) Finish(connection, Now, 0, default);
            _isOver = true;
        }
    }

    private void RestWithin(int seconds, CancellationToken cancellationToken)
    {
        for (var limit = Now + Ticks(seconds); Now < limit && !IsAtRest();) Tick(cancellationToken);
    }

    private bool IsExhausted()
    {
        lock (_gate) return _ranOutAt > 0;
    }

    private bool IsAtRest()
    {
        lock (_gate) return _onTheWay == 0 && (!_isSending || _ranOutAt > 0 || _schedule is null || _schedule.Waiting(Now) == 0);
    }

    private void Tick(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Thread.Sleep(_schedule is null ? ClosedLoopTickMs : OpenLoopTickMs);
        Pump();
        if (Now < _nextSecondAt) return;
        _nextSecondAt += Ticks(1);
        Abort(olderThan: Now - Ticks(AnswerSecondsMax));
        SecondStatistics second;
        lock (_gate) second = _statistics.TakeSecond(++_second, _schedule?.Waiting(Now) ?? 0);
        _plan.EachSecond?.Invoke(_statistics.AddSecond(second));
    }

    // Sends due requests over idle connections, and reconnects closed ones.
    private void Pump()
    {
        for (var left = _connections.Length; left > 0; left--)
        {
            HttpConnection? connection;
            bool isTaken;
            lock (_gate)
            {
                if (!_idle.TryDequeue(out connection)) return;
                connection.IsQueued = false;
                var now = Now;
                if (!connection.IsOpen && connection.Since > now)
                {
                    Enqueue(connection);
                    continue;
                }

                isTaken = connection.IsOpen && AssignOrQueue(connection, now);
                if (connection.IsOpen && !isTaken)
                {
                    if (_isSending) return; // nothing is due
                    continue;
                }
            }

            if (isTaken) Send(connection);
            else connection.Connect();
        }
    }

    private void Send(HttpConnection connection) => connection.Send(_series.Write(connection.Number, connection.Request));

    private void Abort(long olderThan)
    {
        foreach (var connection in _connections)
        {
            bool isLate;
            lock (_gate) isLate = connection.Number >= 0 && connection.Since < olderThan;
            if (isLate) connection.Abort();
        }
    }

    // The next four methods must be called under the lock.
    private bool AssignOrQueue(HttpConnection connection, long now)
    {
        if (TryTake(now, out var start))
        {
            (connection.Number, connection.Start, connection.Since) = (_next++, start, now);
            _onTheWay++;
            return true;
        }

        Enqueue(connection);
        return false;
    }

    private bool TryTake(long now, out long start)
    {
        start = now;
        if (!_isSending) return false;
        if (_schedule is null && now - _begin < RampTicks && _onTheWay >= (now - _begin) * _connections.Length / RampTicks) return false;
        if (_next < _series.Count) return (_schedule is null || _schedule.TryTake(now, out start)) && _series.Begin?.Invoke(_next) != false;
        if (_ranOutAt == 0) _ranOutAt = now;
        return false;
    }

    private void Enqueue(HttpConnection connection)
    {
        connection.IsQueued = true;
        _idle.Enqueue(connection);
    }

    private void Finish(HttpConnection connection, long now, int status, ReadOnlySpan<byte> body)
    {
        var (number, start) = (connection.Number, connection.Start);
        connection.Number = -1;
        _onTheWay--;
        _statistics.Record(start, now, status, body, _series.Answered(number, status, body));
    }
}
