namespace Order.Api.Reconciliation;

/// <summary>The invariants' names: part of the report, the metrics and the logs.</summary>
internal static class Invariants
{
    /// <summary>No saga is open for longer than <see cref="ReconciliationOptions.SagaAgeMax"/>.</summary>
    public const string SagasEnd = "sagas-end";

    /// <summary>Stock.Api has the stock that orders are sold from, and no other, nor none.</summary>
    public const string SameStock = "same-stock";

    /// <summary>An order in checkout has its saga among the open ones.</summary>
    public const string CheckoutHasSaga = "checkout-has-saga";

    /// <summary>A paid order has one charge, of its user and its total; an open one has none.</summary>
    public const string PaidIsCharged = "paid-is-charged";

    /// <summary>A charge has one paid order.</summary>
    public const string ChargedIsPaid = "charged-is-paid";

    /// <summary>No account's balance is negative.</summary>
    public const string CreditNotNegative = "credit-not-negative";

    /// <summary>funded = balance + captured - refunded, for each account.</summary>
    public const string BooksBalance = "books-balance";

    /// <summary>What was funded, captured and refunded is the sum of the entries, for each account.</summary>
    public const string BooksMatchEntries = "books-match-entries";

    /// <summary>No number of an item is negative.</summary>
    public const string StockNotNegative = "stock-not-negative";

    /// <summary>total = available + sold + what open reservations hold, for each item.</summary>
    public const string StockAddsUp = "stock-adds-up";

    /// <summary>A reservation that holds has an open saga. With <see cref="SagasEnd"/>: what is paid is sold in the end, all else available again.</summary>
    public const string HoldHasSaga = "hold-has-saga";
}
