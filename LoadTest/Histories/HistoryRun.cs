namespace LoadTest.Histories;

/// <summary>The first line.</summary>
/// <param name="Fault">What was broken.</param>
/// <param name="Seed">Which order came when, and what each client did, follows from it.</param>
/// <param name="At">When it began.</param>
internal sealed record HistoryRun(string Fault, int Seed, DateTimeOffset At) : HistoryLine;
