namespace LoadTest.Driving;

/// <summary>How a series is driven.</summary>
/// <param name="Connections">Keep-alive connections, and so the requests on the way at most.</param>
internal sealed record LoadPlan(int Connections)
{
    /// <summary>Seconds before the window.</summary>
    public int WarmupSeconds { get; init; }

    /// <summary>Whether the load grows evenly over the seconds before the window, from nothing to all of it; else it is all there at once.</summary>
    public bool IsRamped { get; init; }

    /// <summary>Ends the window early; what was measured until then counts.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>Seconds of the window; 0: until the series ends.</summary>
    public int DurationSeconds { get; init; }

    /// <summary>Arrivals a second of an open loop; 0: a closed loop.</summary>
    public int RatePerSecond { get; init; }

    /// <summary>Called right before the window begins.</summary>
    public Action? WindowBegins { get; init; }

    /// <summary>Called right after it has ended.</summary>
    public Action? WindowEnded { get; init; }

    /// <summary>Called after each second.</summary>
    public Action<SecondStatistics>? EachSecond { get; init; }
}
