namespace LoadTest.Reports;

/// <summary>The outcomes of a scenario's plays over the whole run.</summary>
/// <param name="Scenario">The scenario's name.</param>
/// <param name="AsExpected">Plays whose calls were all answered as expected, and whose checks all passed.</param>
/// <param name="Wrong">Plays with a wrong answer.</param>
/// <param name="Failed">Plays with a 5xx or missing answer, so that the outcome is unknown.</param>
/// <param name="Unfinished">Plays that the end of the run cut off.</param>
internal sealed record OutcomeReport(string Scenario, long AsExpected, long Wrong, long Failed, long Unfinished);
