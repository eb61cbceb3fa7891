namespace Order.Api.Reconciliation;

/// <summary>What a reconciliation has found.</summary>
/// <param name="At">When it began, UTC.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Ok">False: an invariant is violated. Null: none is known to be, but not all could be checked.</param>
/// <param name="Invariants">One by one.</param>
internal sealed record ReconciliationReport(DateTimeOffset At, double Seconds, bool? Ok, IReadOnlyList<InvariantReport> Invariants);
