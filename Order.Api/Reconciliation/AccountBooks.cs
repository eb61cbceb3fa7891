namespace Order.Api.Reconciliation;

/// <summary>An account beside the sums of its entries.</summary>
internal sealed record AccountBooks(
    string Id, decimal Balance, decimal Opening, decimal Funded, decimal Captured, decimal Refunded,
    decimal EntriesFunded, decimal EntriesCaptured, decimal EntriesRefunded);
