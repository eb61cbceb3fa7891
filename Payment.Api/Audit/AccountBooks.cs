namespace Payment.Api.Audit;

/// <summary>An account with the sums of its entries. The sums may exceed 64 bits if the books are wrong.</summary>
/// <param name="Id">Account ID.</param>
/// <param name="Balance">The account's credit.</param>
/// <param name="Opening">The credit given by batch_init, which has no entry.</param>
/// <param name="Funded">Total funds received, including the opening credit.</param>
/// <param name="Captured">Total of payments and charges.</param>
/// <param name="Refunded">The part of the captured total that was refunded.</param>
/// <param name="EntriesFunded">Sum of the fund entries.</param>
/// <param name="EntriesCaptured">Sum of the pay and charge entries, including refunded ones.</param>
/// <param name="EntriesRefunded">Sum of the refunded entries.</param>
internal sealed record AccountBooks(
    string Id, decimal Balance, decimal Opening, decimal Funded, decimal Captured, decimal Refunded,
    decimal EntriesFunded, decimal EntriesCaptured, decimal EntriesRefunded);
