namespace Tests.Unit.Checkout.Simulation;

/// <summary>
/// A process: every await of the code that runs in it comes back here and goes on as a step of the scheduler. It can die, and nothing of it ever goes on; or
/// be stopped for a while, and all that was due meanwhile comes late.
/// </summary>
internal sealed class Process : SynchronizationContext
{
    private readonly Scheduler _scheduler;

    public Process(Scheduler scheduler, string name, TimeSpan skew) => (_scheduler, Name, Time) = (scheduler, name, new Clock(scheduler, this, skew));

    public string Name { get; }

    /// <summary>Its clock, which may be off. Its timestamps mean nothing to other processes.</summary>
    public TimeProvider Time { get; }

    public bool IsDead { get; set; }

    /// <summary>Ticks; see <see cref="Scheduler.Now"/>.</summary>
    public long PausedUntil { get; set; }

    public override void Post(SendOrPostCallback d, object? state) =>
        _scheduler.Add(_scheduler.Chance(0.1) ? _scheduler.Between(0, 0.02, 3) : TimeSpan.Zero, this, d, state);

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing blocks here.");

    private sealed class Clock(Scheduler scheduler, Process process, TimeSpan skew) : TimeProvider
    {
        // Short waits are jittered with a randomness that is not the seed's: here the seed says how long they are.
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
