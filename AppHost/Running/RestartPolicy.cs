namespace AppHost;

/// <summary>Decides whether one process crashed, and when to restart it.</summary>
internal sealed class RestartPolicy
{
    /// <summary>This many crashes within <see cref="Window"/> end the restarts.</summary>
    public const int DeathsMax = 8;

    /// <summary>The period in which crashes count.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan PauseMin = TimeSpan.FromSeconds(0.5), PauseMax = TimeSpan.FromSeconds(10);

    private readonly Queue<DateTimeOffset> _deaths = new();
    private string _state = "";
    private bool _wasHealthy;

    /// <summary>
    /// Records a state. Returns true if the process ended without being stopped: one that is stopped passes through <c>Stopping</c>. A process that was never
    /// healthy failed to start and did not crash.
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

    /// <summary>Gets the pause before the next start, which doubles with each crash in the last minute; null after too many.</summary>
    public TimeSpan? NextPause(DateTimeOffset now)
    {
        while (_deaths.TryPeek(out var oldest) && now - oldest > Window) _deaths.Dequeue();
        _deaths.Enqueue(now);
        if (_deaths.Count > DeathsMax) return null;
        var pause = PauseMin * Math.Pow(2, _deaths.Count - 1);
        return pause < PauseMax ? pause : PauseMax;
    }
}
