namespace LoadTest.Statistics;

/// <summary>One second of a run.</summary>
/// <param name="Second">From 1, warm-up included.</param>
/// <param name="Phase">Before the window, in it, or after it.</param>
/// <param name="Succeeded">Answers that were asked for: of 2xx, if nothing else is said.</param>
/// <param name="Refused">Other answers below 500.</param>
/// <param name="Failed">Answers of 5xx, and requests without an answer.</param>
/// <param name="Median">Of all answers, in nanoseconds.</param>
/// <param name="Percentile99">Of all answers, in nanoseconds.</param>
/// <param name="Waiting">Arrivals that no connection was free for, at the end of the second; open loop only.</param>
internal readonly record struct SecondStatistics(
    int Second, LoadPhase Phase, long Succeeded, long Refused, long Failed, long Median, long Percentile99, long Waiting);
