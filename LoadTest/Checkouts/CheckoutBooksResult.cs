namespace LoadTest.Checkouts;

/// <summary>What the books say.</summary>
/// <param name="OrdersPaid">Orders that are paid, of those that were asked for.</param>
/// <param name="UnknownPaid">Those of them whose outcome the client did not know.</param>
/// <param name="StockTaken">Pieces that are gone from stock.</param>
/// <param name="StockOrdered">Pieces in paid orders.</param>
/// <param name="CreditTaken">Credit that is gone from users.</param>
/// <param name="CreditOrdered">The cost of paid orders.</param>
/// <param name="ViolationCount">How much is wrong.</param>
/// <param name="Violations">The first of that, for people.</param>
internal sealed record CheckoutBooksResult(long OrdersPaid, long UnknownPaid, long StockTaken, long StockOrdered, long CreditTaken, long CreditOrdered,
    long ViolationCount, IReadOnlyList<string> Violations)
{
    public bool IsBalanced => ViolationCount == 0;
}
