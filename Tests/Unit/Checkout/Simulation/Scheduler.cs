namespace Tests.Unit.Checkout.Simulation;

/// <summary>
/// Runs everything in a simulation one step at a time on one thread, in an order drawn from the seed. Time is virtual and jumps to the next step. The seed is
/// the only source of randomness, so it determines the whole run.
/// </summary>
internal sealed class Scheduler(int seed)
{
    // Not year 1, because the models count periods since 1970.
    private const long StartSeconds = 1_000_000;

    private readonly PriorityQueue<Step, Due> _steps = new();
    private long _added;

    public Random Random { get; } = new(seed);

    /// <summary>Ticks of 100 ns since 1970.</summary>
    public long Now { get; private set; } = StartSeconds * TimeSpan.TicksPerSecond;

    /// <summary>Time since the start of the run.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Now) - TimeSpan.FromSeconds(StartSeconds);

    /// <summary>Schedules an action of a process or, without one, of the environment. Actions due at the same time run in random order.</summary>
    public void Add(TimeSpan delay, Process? process, Action run) => Add(delay, process, static run => ((Action)run!)(), run);

    /// <inheritdoc cref="Add(TimeSpan, Process?, Action)"/>
    public void Add(TimeSpan delay, Process? process, SendOrPostCallback run, object? state) =>
        _steps.Enqueue(new(process, run, state), new(Now + delay.Ticks, Random.Next(), _added++));

    /// <summary>Runs the next step. Returns false if there is none.</summary>
    public bool RunNext()
    {
        if (!_steps.TryDequeue(out var step, out var due)) return false;
        Now = due.At;
        if (step.Process is { IsDead: true }) return true;
        if (step.Process is { } process && process.PausedUntil > Now)
        {
            Add(TimeSpan.FromTicks(process.PausedUntil - Now), process, step.Run, step.State);
            return true;
        }

        SynchronizationContext.SetSynchronizationContext(step.Process);
        step.Run(step.State);
        return true;
    }

    /// <summary>Returns true with the given probability.</summary>
    public bool Chance(double probability) => probability > 0 && Random.NextDouble() < probability;

    /// <summary>Returns a time from a range. With a <paramref name="skew"/> above 1, shorter times are more likely.</summary>
    public TimeSpan Between(double secondsMin, double secondsMax, double skew = 1) =>
        TimeSpan.FromSeconds(secondsMin + ((secondsMax - secondsMin) * Math.Pow(Random.NextDouble(), skew)));

    private readonly record struct Step(Process? Process, SendOrPostCallback Run, object? State);

    private readonly record struct Due(long At, int Draw, long Number) : IComparable<Due>
    {
        public int CompareTo(Due other) =>
            At != other.At ? At.CompareTo(other.At) : Draw != other.Draw ? Draw.CompareTo(other.Draw) : Number.CompareTo(other.Number);
    }
}
