namespace LoadTest.Histories;

/// <summary>The first line of a history.</summary>
/// <param name="Fault">The injected fault.</param>
/// <param name="Seed">The seed that determines the order of the checkouts and each client's actions.</param>
/// <param name="At">When the run began.</param>
internal sealed record HistoryRun(string Fault, int Seed, DateTimeOffset At) : HistoryLine;
