namespace Tests.Unit.Checkout.Simulation;

/// <summary>A service or a database that can be out of reach for a while.</summary>
internal sealed class Server(string name)
{
    public string Name => name;

    /// <summary>Ticks; see <see cref="Scheduler.Now"/>.</summary>
    public long DownFrom { get; set; } = long.MaxValue;

    /// <summary>Ticks.</summary>
    public long DownUntil { get; set; }

    public bool IsUp(long now) => now < DownFrom || now >= DownUntil;
}

/// <summary>Between a process and a server: calls that get lost, are late, come twice and overtake each other.</summary>
internal sealed class Network(Scheduler scheduler, Journal journal)
{
    public Faults Faults { get; set; } = Faults.None;

    /// <summary>Calls on their way from when there was trouble: they may yet come out of the blue.</summary>
    public int UnderWay { get; private set; }

    /// <summary>What the caller reads of an outcome: now and then a number that it does not know.</summary>
    public T Read<T>(T outcome, T unknown) => scheduler.Chance(Faults.Unknown) ? unknown : outcome;

    /// <summary>Calls a server.</summary>
    /// <param name="caller">Who waits, for <paramref name="timeMax"/>.</param>
    /// <param name="server">Where it is carried out, if it is.</param>
    /// <param name="timeMax">No answer in this time is an exception.</param>
    /// <param name="repeats">It may come twice.</param>
    /// <param name="what">For the journal; empty for what is of no interest.</param>
    /// <param name="apply">Carries it out, in one step or more, and passes on what came of it. May run later, twice, or not at all.</param>
    public Task<T> CallAsync<T>(Process caller, Server server, TimeSpan timeMax, bool repeats, string what, Action<Action<T>> apply)
    {
        var answer = new TaskCompletionSource<T>();
        scheduler.Add(timeMax, caller, () => answer.TrySetException(new TimeoutException(what)));
        if (scheduler.Chance(Faults.AtOnce) && server.IsUp(scheduler.Now))
        {
            // In real life: whoever awaits is held up for so long.
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
