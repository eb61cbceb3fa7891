namespace Order.Api.Reconciliation;

/// <param name="At">When the run began, UTC.</param>
/// <param name="Seconds">Duration of the run.</param>
/// <param name="Ok">False if an invariant is violated; null if no violation is known but not all invariants could be checked.</param>
/// <param name="Invariants">The results of the individual invariants.</param>
internal sealed record ReconciliationReport(DateTimeOffset At, double Seconds, bool? Ok, IReadOnlyList<InvariantReport> Invariants);
