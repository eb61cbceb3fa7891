namespace Order.Api.Reconciliation;

/// <param name="Name">One of <see cref="Invariants"/>.</param>
/// <param name="Ok">Null if the invariant could not be checked.</param>
/// <param name="Examined">Number of objects examined.</param>
/// <param name="Violations">Number of violations found; there may be more.</param>
/// <param name="Samples">Some of the violations.</param>
/// <param name="Reason">Why the invariant could not be checked.</param>
internal sealed record InvariantReport(string Name, bool? Ok, long Examined, long Violations, IReadOnlyList<Violation> Samples, string? Reason);
