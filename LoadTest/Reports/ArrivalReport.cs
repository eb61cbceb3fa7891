namespace LoadTest.Reports;

/// <summary>The arrivals of an open loop.</summary>
/// <param name="RatePerSecond">The requested rate.</param>
/// <param name="Sent">Arrivals sent in the window.</param>
/// <param name="Late">Of those, sent 10 ms or more after they were due, because no connection was free. Their latency counts from the due time.</param>
/// <param name="Dropped">Arrivals never sent, because the backlog exceeded 5 s of arrivals.</param>
internal sealed record ArrivalReport(int RatePerSecond, long Sent, long Late, long Dropped)
{
    /// <summary>Creates the report; null for a closed loop.</summary>
    public static ArrivalReport? Of(int ratePerSecond, LoadStatistics done) =>
        ratePerSecond == 0 ? null : new(ratePerSecond, done.Arrivals.Sent, done.Arrivals.Late, done.Arrivals.Dropped);
}
