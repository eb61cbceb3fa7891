namespace LoadTest.Histories;

/// <summary>The result of checking a history.</summary>
/// <param name="Run">The history's run.</param>
/// <param name="Requests">The number of requested checkouts.</param>
/// <param name="Ok">Of those, the number answered as done.</param>
/// <param name="Unknown">Of those, the number without an outcome.</param>
/// <param name="Paid">The number of orders paid in the end.</param>
/// <param name="Violations">The violations, one sentence each; the first <see cref="HistoryChecker.ViolationsMax"/>.</param>
/// <param name="DamagedMs">How long the fault lasted; null without a fault.</param>
/// <param name="RecoveryMs">The time from the end of the fault to the first successful checkout that was requested after it; null if there is none.</param>
/// <param name="BackMs">The same from the loss of a machine or a disk for good; null if none was lost, infinite if no checkout succeeded afterwards.</param>
/// <param name="Forgotten">The number of orders whose checkout was acknowledged, but that are not paid.</param>
internal sealed record HistoryVerdict(
    HistoryRun Run, int Requests, int Ok, int Unknown, int Paid, IReadOnlyList<string> Violations, double? DamagedMs, double? RecoveryMs,
    double? BackMs, int Forgotten);
