namespace LoadTest.Histories;

/// <summary>What a history shows.</summary>
/// <param name="Run">Which it is.</param>
/// <param name="Requests">Checkouts asked for.</param>
/// <param name="Ok">Of those, answered that they are done.</param>
/// <param name="Unknown">Of those, without an outcome.</param>
/// <param name="Paid">Orders that are paid in the end.</param>
/// <param name="Violations">What must not be, a sentence each; the first <see cref="HistoryChecker.ViolationsMax"/>.</param>
/// <param name="DamagedMs">For how long something was broken; null without a fault.</param>
/// <param name="RecoveryMs">From the end of the fault to the first checkout done that was asked for after it; null if there is none.</param>
internal sealed record HistoryVerdict(
    HistoryRun Run, int Requests, int Ok, int Unknown, int Paid, IReadOnlyList<string> Violations, double? DamagedMs, double? RecoveryMs);
