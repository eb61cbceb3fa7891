namespace Tests.Unit;

/// <summary>A clock that only advances when a test moves it. Timers run on the thread that does.</summary>
internal sealed class ManualTime : TimeProvider
{
    private static readonly DateTimeOffset Epoch = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private long _now = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Elapsed time.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Volatile.Read(ref _now) - 1);

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override DateTimeOffset GetUtcNow() => Epoch + Elapsed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Advances the clock, timer by timer.</summary>
    public void Advance(TimeSpan time)
    {
        var until = GetTimestamp() + time.Ticks;
        while (MoveTo(until)) { }
        Volatile.Write(ref _now, until);
    }

    /// <summary>Advances from timer to timer until the task completes. Timers due later than <paramref name="patience"/> after the last one do not
    /// run.</summary>
    public async Task<T> RunAsync<T>(Task<T> task, TimeSpan patience)
    {
        while (!task.IsCompleted)
        {
            if (!MoveTo(GetTimestamp() + patience.Ticks)) await Task.WhenAny(task, Task.Delay(1, TestContext.Current.CancellationToken));
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        return await task;
    }

    private bool MoveTo(long limit)
    {
        ManualTimer? next;
        lock (_gate)
        {
            next = _timers.MinBy(timer => timer.DueAt);
            if (next is null || next.DueAt > limit) return false;
            _timers.Remove(next);
            Volatile.Write(ref _now, Math.Max(_now, next.DueAt));
        }

        next.Run();
        return true;
    }

    private sealed class ManualTimer(ManualTime time, Action run) : ITimer
    {
        public long DueAt { get; private set; }

        public Action Run => run;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
                if (dueTime < TimeSpan.Zero) return true;
                DueAt = time._now + dueTime.Ticks;
                time._timers.Add(this);
            }

            return true;
        }

        public void Dispose()
        {
            lock (time._gate) time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
