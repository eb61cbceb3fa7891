namespace Payment.Api.Audit;

/// <summary>An account beside the sums of its entries. Sums may be beyond 64 bits where something is wrong.</summary>
/// <param name="Id">The account's.</param>
/// <param name="Balance">Its credit.</param>
/// <param name="Opening">What batch_init gave; it has no entry.</param>
/// <param name="Funded">All that came in, the opening included.</param>
/// <param name="Captured">All that was paid and charged.</param>
/// <param name="Refunded">What of that was given back.</param>
/// <param name="EntriesFunded">Sum of its entries that came in.</param>
/// <param name="EntriesCaptured">Sum of its entries that were paid or charged, refunded ones included.</param>
/// <param name="EntriesRefunded">Sum of its entries that were given back.</param>
internal sealed record AccountBooks(
    string Id, decimal Balance, decimal Opening, decimal Funded, decimal Captured, decimal Refunded,
    decimal EntriesFunded, decimal EntriesCaptured, decimal EntriesRefunded);
