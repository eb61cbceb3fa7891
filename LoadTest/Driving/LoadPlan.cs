namespace LoadTest.Driving;

/// <summary>How to drive a series.</summary>
/// <param name="Connections">The number of keep-alive connections, which is also the maximum number of requests in flight.</param>
internal sealed record LoadPlan(int Connections)
{
    /// <summary>The warm-up before the window, in seconds.</summary>
    public int WarmupSeconds { get; init; }

    /// <summary>Whether the load grows evenly from zero during the warm-up; otherwise it starts in full.</summary>
    public bool IsRamped { get; init; }

    /// <summary>Ends the window early; results measured until then count.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>The length of the window in seconds; 0 until the series ends.</summary>
    public int DurationSeconds { get; init; }

    /// <summary>Arrivals per second in an open loop; 0 for a closed loop.</summary>
    public int RatePerSecond { get; init; }

    public Action? WindowBegins { get; init; }

    public Action? WindowEnded { get; init; }

    public Action<SecondStatistics>? EachSecond { get; init; }
}
