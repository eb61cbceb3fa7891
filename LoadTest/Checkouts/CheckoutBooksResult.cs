namespace LoadTest.Checkouts;

/// <summary>The result of checking the books.</summary>
/// <param name="OrdersPaid">Requested orders that are paid.</param>
/// <param name="UnknownPaid">Of those, orders whose outcome the client did not know.</param>
/// <param name="StockTaken">Pieces missing from stock.</param>
/// <param name="StockOrdered">Pieces in paid orders.</param>
/// <param name="CreditTaken">Credit missing from users.</param>
/// <param name="CreditOrdered">The cost of paid orders.</param>
/// <param name="ViolationCount">The number of violations.</param>
/// <param name="Violations">The first violations as text.</param>
internal sealed record CheckoutBooksResult(long OrdersPaid, long UnknownPaid, long StockTaken, long StockOrdered, long CreditTaken, long CreditOrdered,
    long ViolationCount, IReadOnlyList<string> Violations)
{
    public bool IsBalanced => ViolationCount == 0;
}
