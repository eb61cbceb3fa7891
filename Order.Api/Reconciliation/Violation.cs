namespace Order.Api.Reconciliation;

/// <param name="Id">ID of the order, saga, account or item.</param>
/// <param name="Expected">The expected state, as text for operators.</param>
/// <param name="Found">The actual state, as text for operators.</param>
internal sealed record Violation(string Id, string Expected, string Found);
