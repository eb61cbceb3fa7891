namespace LoadTest.Histories;

/// <summary>The last line of a history: the books before the first request and after the last one.</summary>
/// <param name="Paid">The paid orders.</param>
/// <param name="CreditBefore">The credit by user, before.</param>
/// <param name="CreditAfter">The credit by user, after.</param>
/// <param name="StockBefore">The available stock by item, before.</param>
/// <param name="StockAfter">The available stock by item, after.</param>
/// <param name="Held">The pieces reserved for checkouts, of all items.</param>
internal sealed record HistoryBooks(
    IReadOnlyList<PaidOrder> Paid, IReadOnlyDictionary<string, long> CreditBefore, IReadOnlyDictionary<string, long> CreditAfter,
    IReadOnlyDictionary<string, long> StockBefore, IReadOnlyDictionary<string, long> StockAfter, long Held) : HistoryLine;
