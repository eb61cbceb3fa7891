namespace Tests.Unit.Checkout.Simulation;

/// <summary>
/// All that happens in a simulation, one step at a time on one thread, in an order that the seed draws. Time is virtual: it jumps to the next step. The seed
/// is the only source of chance, so it tells a run to the last step.
/// </summary>
internal sealed class Scheduler(int seed)
{
    // Not the beginning of time: the models count periods since 1970.
    private const long StartSeconds = 1_000_000;

    private readonly PriorityQueue<Step, Due> _steps = new();
    private long _added;

    public Random Random { get; } = new(seed);

    /// <summary>Ticks of 100 ns since 1970.</summary>
    public long Now { get; private set; } = StartSeconds * TimeSpan.TicksPerSecond;

    /// <summary>Since the run began.</summary>
    public TimeSpan Elapsed => TimeSpan.FromTicks(Now) - TimeSpan.FromSeconds(StartSeconds);

    /// <summary>Has something done later, by a process or, without one, by the world outside. What is due at the same time runs in a random order.</summary>
    public void Add(TimeSpan delay, Process? process, Action run) => Add(delay, process, static run => ((Action)run!)(), run);

    /// <inheritdoc cref="Add(TimeSpan, Process?, Action)"/>
    public void Add(TimeSpan delay, Process? process, SendOrPostCallback run, object? state) =>
        _steps.Enqueue(new(process, run, state), new(Now + delay.Ticks, Random.Next(), _added++));

    /// <summary>Does the next step. False: there is none.</summary>
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

    /// <summary>True with the given probability.</summary>
    public bool Chance(double probability) => probability > 0 && Random.NextDouble() < probability;

    /// <summary>A time from a range, shorter ones more often where <paramref name="skew"/> is above 1.</summary>
    public TimeSpan Between(double secondsMin, double secondsMax, double skew = 1) =>
        TimeSpan.FromSeconds(secondsMin + ((secondsMax - secondsMin) * Math.Pow(Random.NextDouble(), skew)));

    private readonly record struct Step(Process? Process, SendOrPostCallback Run, object? State);

    private readonly record struct Due(long At, int Draw, long Number) : IComparable<Due>
    {
        public int CompareTo(Due other) =>
            At != other.At ? At.CompareTo(other.At) : Draw != other.Draw ? Draw.CompareTo(other.Draw) : Number.CompareTo(other.Number);
    }
}
