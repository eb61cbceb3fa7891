namespace Order.Api.Reconciliation;

/// <summary>An account with the sums of its ledger entries.</summary>
internal sealed record AccountBooks(
    string Id, decimal Balance, decimal Opening, decimal Funded, decimal Captured, decimal Refunded,
    decimal EntriesFunded, decimal EntriesCaptured, decimal EntriesRefunded);
