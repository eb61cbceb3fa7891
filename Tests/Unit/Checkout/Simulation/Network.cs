namespace Tests.Unit.Checkout.Simulation;

/// <summary>A service or a database that can be unreachable for a while.</summary>
internal sealed class Server(string name)
{
    public string Name => name;

    /// <summary>Ticks; see <see cref="Scheduler.Now"/>.</summary>
    public long DownFrom { get; set; } = long.MaxValue;

    /// <summary>Ticks; see <see cref="Scheduler.Now"/>.</summary>
    public long DownUntil { get; set; }

    public bool IsUp(long now) => now < DownFrom || now >= DownUntil;
}

/// <summary>Network between processes and servers, which loses, delays, duplicates and reorders calls.</summary>
internal sealed class Network(Scheduler scheduler, Journal journal)
{
    public Faults Faults { get; set; } = Faults.None;

    /// <summary>Number of calls sent during faults, which may still arrive at any time.</summary>
    public int UnderWay { get; private set; }

    /// <summary>Returns the outcome as the caller reads it, occasionally an unknown code.</summary>
    public T Read<T>(T outcome, T unknown) => scheduler.Chance(Faults.Unknown) ? unknown : outcome;

    /// <summary>Calls a server.</summary>
    /// <param name="caller">The process that waits, up to <paramref name="timeMax"/>.</param>
    /// <param name="server">The server that executes the call.</param>
    /// <param name="timeMax">Timeout of the call.</param>
    /// <param name="repeats">Whether the call may be delivered twice.</param>
    /// <param name="what">Text for the journal; empty to omit the call.</param>
    /// <param name="apply">Executes the call in one or more steps and passes on its result. May run late, twice, or never.</param>
    public Task<T> CallAsync<T>(Process caller, Server server, TimeSpan timeMax, bool repeats, string what, Action<Action<T>> apply)
    {
        var answer = new TaskCompletionSource<T>();
        scheduler.Add(timeMax, caller, () => answer.TrySetException(new TimeoutException(what)));
        if (scheduler.Chance(Faults.AtOnce) && server.IsUp(scheduler.Now))
        {
            // In reality, this delays the code that awaits.
            if (what.Length > 0) journal.Write($"{caller.Name} > {server.Name}, at once: {what}");
            apply(result => answer.TrySetResult(result));
            return answer.Task;
        }

        if (scheduler.Chance(Faults.Refused))
        {
            Fail(caller, answer, what, "is lost on the way");
            return answer.Task;
        }

        var isLate = scheduler.Chance(Faults.Late);
        var isReplyLost = scheduler.Chance(Faults.ReplyLost);
        Deliver(isLate ? scheduler.Between(1, 50, 2) : Latency(), caller, server, what, answer, apply, result =>
        {
            if (!isReplyLost) scheduler.Add(Latency(), caller, () => answer.TrySetResult(result));
            else if (scheduler.Chance(0.5)) Fail(caller, answer, what, "loses its reply");
        });
        if (repeats && scheduler.Chance(Faults.Duplicated)) Deliver(scheduler.Between(0, 50, 3), caller, server, what, null, apply, static _ => { });
        return answer.Task;
    }

    private void Deliver<T>(
        TimeSpan delay, Process caller, Server server, string what, TaskCompletionSource<T>? answer, Action<Action<T>> apply, Action<T> reply)
    {
        var isCounted = Faults != Faults.None;
        if (isCounted) UnderWay++;
        scheduler.Add(delay, null, () =>
        {
            if (isCounted) UnderWay--;
            if (server.IsUp(scheduler.Now))
            {
                if (what.Length > 0) journal.Write($"{caller.Name} > {server.Name}: {what}{(answer is null ? " (again)" : "")}");
                apply(reply);
            }
            else if (answer is not null)
            {
                Fail(caller, answer, what, "finds nobody");
            }
        });
    }

    private void Fail<T>(Process caller, TaskCompletionSource<T> answer, string what, string how)
    {
        if (what.Length > 0) journal.Write($"{caller.Name}: {what} {how}");
        scheduler.Add(Latency(), caller, () => answer.TrySetException(new TimeoutException(what)));
    }

    private TimeSpan Latency() => scheduler.Chance(Faults.Slow) ? scheduler.Between(0.01, 3, 2) : scheduler.Between(0.0005, 0.003);
}
