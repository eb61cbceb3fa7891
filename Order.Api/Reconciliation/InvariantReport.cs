namespace Order.Api.Reconciliation;

/// <summary>What came of checking an invariant.</summary>
/// <param name="Name">The invariant's, see <see cref="Invariants"/>.</param>
/// <param name="Ok">Null: it could not be checked.</param>
/// <param name="Examined">How many things were looked at.</param>
/// <param name="Violations">How many of them are wrong, or at least so many.</param>
/// <param name="Samples">Some of them.</param>
/// <param name="Reason">Why it could not be checked.</param>
internal sealed record InvariantReport(string Name, bool? Ok, long Examined, long Violations, IReadOnlyList<Violation> Samples, string? Reason);
