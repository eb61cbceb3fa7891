namespace Order.Api.Reconciliation;

/// <summary>One thing that is not as it must be.</summary>
/// <param name="Id">Of the order, saga, account or item.</param>
/// <param name="Expected">What must be, for people.</param>
/// <param name="Found">What is, for people.</param>
internal sealed record Violation(string Id, string Expected, string Found);
