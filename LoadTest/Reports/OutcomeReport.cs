namespace LoadTest.Reports;

/// <summary>How plays of a scenario ended, over the whole run.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="AsExpected">All calls were answered as expected, and all checks held.</param>
/// <param name="Wrong">Something was answered that must not be.</param>
/// <param name="Failed">A call was answered with 5xx, or not at all: the outcome is not known.</param>
/// <param name="Unfinished">The run ended first.</param>
internal sealed record OutcomeReport(string Scenario, long AsExpected, long Wrong, long Failed, long Unfinished);
