namespace Tests.Unit.Checkout.Simulation;

/// <summary>
/// A process. Every await of the code that runs in it continues as a step of the scheduler. A process can be killed, and then none of its code continues; or
/// suspended for a while, and then everything due meanwhile runs late.
/// </summary>
internal sealed class Process : SynchronizationContext
{
    private readonly Scheduler _scheduler;

    public Process(Scheduler scheduler, string name, TimeSpan skew) => (_scheduler, Name, Time) = (scheduler, name, new Clock(scheduler, this, skew));

    public string Name { get; }

    /// <summary>Clock of the process, which may be wrong. Its timestamps are meaningless to other processes.</summary>
    public TimeProvider Time { get; }

    public bool IsDead { get; set; }

    /// <summary>Ticks; see <see cref="Scheduler.Now"/>.</summary>
    public long PausedUntil { get; set; }

    public override void Post(SendOrPostCallback d, object? state) =>
        _scheduler.Add(_scheduler.Chance(0.1) ? _scheduler.Between(0, 0.02, 3) : TimeSpan.Zero, this, d, state);

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing blocks here.");

    private sealed class Clock(Scheduler scheduler, Process process, TimeSpan skew) : TimeProvider
    {
        // Short waits have a jitter that does not come from the seed, so here the seed determines their length.
        private static readonly TimeSpan ShortMax = TimeSpan.FromSeconds(1);

        private readonly long _startedAt = scheduler.Now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => scheduler.Now - _startedAt;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(scheduler.Now) + skew;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan) throw new NotSupportedException("No timer repeats here.");
            var timer = new OneShot(callback, state);
            if (dueTime != Timeout.InfiniteTimeSpan)
                scheduler.Add(dueTime < ShortMax ? scheduler.Between(0.001, 1, 2) : dueTime, process, OneShot.Run, timer);
            return timer;
        }
    }

    private sealed class OneShot(TimerCallback callback, object? state) : ITimer
    {
        private bool _isDisposed;

        public static void Run(object? timer)
        {
            var one = (OneShot)timer!;
            if (!one._isDisposed) one.Callback();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException("No timer is changed here.");

        public void Dispose() => _isDisposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Callback() => callback(state);
    }
}
