namespace LoadTest.Reports;

/// <summary>Arrivals of an open loop.</summary>
/// <param name="RatePerSecond">As asked for.</param>
/// <param name="Sent">In the window.</param>
/// <param name="Late">Of those: sent 10 ms or more after their time, because no connection was free. Their latency counts from their time.</param>
/// <param name="Dropped">Never sent: more than 5 s of arrivals waited.</param>
internal sealed record ArrivalReport(int RatePerSecond, long Sent, long Late, long Dropped)
{
    /// <summary>Null for a closed loop.</summary>
    public static ArrivalReport? Of(int ratePerSecond, LoadStatistics done) =>
        ratePerSecond == 0 ? null : new(ratePerSecond, done.Arrivals.Sent, done.Arrivals.Late, done.Arrivals.Dropped);
}
