namespace LoadTest.Statistics;

/// <summary>One second of a run.</summary>
/// <param name="Second">The second from 1, including warm-up.</param>
/// <param name="Phase">Whether it is before, in, or after the window.</param>
/// <param name="Succeeded">Expected answers: 2xx, unless stated otherwise.</param>
/// <param name="Refused">Other answers below 500.</param>
/// <param name="Failed">5xx answers, and requests without an answer.</param>
/// <param name="Median">The median duration of all answers, in nanoseconds.</param>
/// <param name="Percentile99">The 99th percentile of all answers' durations, in nanoseconds.</param>
/// <param name="Waiting">Arrivals waiting for a free connection at the end of the second; open loop only.</param>
internal readonly record struct SecondStatistics(
    int Second, LoadPhase Phase, long Succeeded, long Refused, long Failed, long Median, long Percentile99, long Waiting);
