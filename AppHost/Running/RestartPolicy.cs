namespace AppHost;

/// <summary>Decides about one process: whether it died, and when to start it again.</summary>
internal sealed class RestartPolicy
{
    /// <summary>So many deaths within <see cref="Window"/> end the restarts.</summary>
    public const int DeathsMax = 8;

    /// <summary>The time in which deaths count.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan PauseMin = TimeSpan.FromSeconds(0.5), PauseMax = TimeSpan.FromSeconds(10);

    private readonly Queue<DateTimeOffset> _deaths = new();
    private string _state = "";
    private bool _wasHealthy;

    /// <summary>
    /// Takes note of a state. Returns true where the process ended by itself: a process that was told to ends by way of <c>Stopping</c>, and whether it was
    /// ever healthy tells a death from a failed start.
    /// </summary>
    public bool Died(string state, bool isHealthy)
    {
        var before = _state;
        _state = state;
        if (state == KnownResourceStates.Running)
        {
            _wasHealthy |= isHealthy;
            return false;
        }

        return _wasHealthy && state != before && before != KnownResourceStates.Stopping && KnownResourceStates.TerminalStates.Contains(state);
    }

    /// <summary>The pause before the next start: it doubles with each death of the last minute. Null after too many of them.</summary>
    public TimeSpan? NextPause(DateTimeOffset now)
    {
        while (_deaths.TryPeek(out var oldest) && now - oldest > Window) _deaths.Dequeue();
        _deaths.Enqueue(now);
        if (_deaths.Count > DeathsMax) return null;
        var pause = PauseMin * Math.Pow(2, _deaths.Count - 1);
        return pause < PauseMax ? pause : PauseMax;
    }
}
