namespace LoadTest.Reports;

/// <summary>One second of the run. <c>Handled</c>: answered as expected; <c>Unexpected</c>: other answers; <c>Failed</c>: 5xx or no answer.</summary>
internal sealed record SecondReport(int Second, bool IsMeasured, long Handled, long Unexpected, long Failed, double P50Ms, double P99Ms);
