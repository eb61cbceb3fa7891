namespace LoadTest.Histories;

/// <summary>The last line: the books before the first request and after the last one.</summary>
/// <param name="Paid">Orders that are paid.</param>
/// <param name="CreditBefore">By user.</param>
/// <param name="CreditAfter">By user.</param>
/// <param name="StockBefore">What is available, by item.</param>
/// <param name="StockAfter">By item.</param>
/// <param name="Held">What is reserved for checkouts, of all items.</param>
internal sealed record HistoryBooks(
    IReadOnlyList<PaidOrder> Paid, IReadOnlyDictionary<string, long> CreditBefore, IReadOnlyDictionary<string, long> CreditAfter,
    IReadOnlyDictionary<string, long> StockBefore, IReadOnlyDictionary<string, long> StockAfter, long Held) : HistoryLine;
