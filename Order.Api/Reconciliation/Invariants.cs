namespace Order.Api.Reconciliation;

/// <summary>Names of the invariants, used in the report, the metrics and the logs.</summary>
internal static class Invariants
{
    /// <summary>No saga is open for longer than <see cref="ReconciliationOptions.SagaAgeMax"/>.</summary>
    public const string SagasEnd = "sagas-end";

    /// <summary>Stock.Api has the stock that orders are sold from, not another one or none.</summary>
    public const string SameStock = "same-stock";

    /// <summary>The saga of each order in checkout is open.</summary>
    public const string CheckoutHasSaga = "checkout-has-saga";

    /// <summary>A paid order has one charge, with its user and its total; an open order has none.</summary>
    public const string PaidIsCharged = "paid-is-charged";

    /// <summary>A completed charge has exactly one paid order.</summary>
    public const string ChargedIsPaid = "charged-is-paid";

    public const string CreditNotNegative = "credit-not-negative";

    /// <summary>funded = balance + captured - refunded, for each account.</summary>
    public const string BooksBalance = "books-balance";

    /// <summary>The funded, captured and refunded amounts equal the sums of the entries, for each account.</summary>
    public const string BooksMatchEntries = "books-match-entries";

    /// <summary>No quantity of an item is negative.</summary>
    public const string StockNotNegative = "stock-not-negative";

    /// <summary>total = available + sold + held by open reservations, for each item.</summary>
    public const string StockAddsUp = "stock-adds-up";

    /// <summary>Every reservation with held stock has an open saga. With <see cref="SagasEnd"/>: paid items end up sold, all others available.</summary>
    public const string HoldHasSaga = "hold-has-saga";
}
