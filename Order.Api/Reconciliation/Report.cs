namespace Order.Api.Reconciliation;

/// <summary>One thing that is not as it must be.</summary>
/// <param name="Id">Of the order, saga, account or item.</param>
/// <param name="Expected">What must be, for people.</param>
/// <param name="Found">What is, for people.</param>
internal sealed record Violation(string Id, string Expected, string Found);

/// <summary>What came of checking an invariant.</summary>
/// <param name="Name">The invariant's, see <see cref="Invariants"/>.</param>
/// <param name="Ok">Null: it could not be checked.</param>
/// <param name="Examined">How many things were looked at.</param>
/// <param name="Violations">How many of them are wrong, or at least so many.</param>
/// <param name="Samples">Some of them.</param>
/// <param name="Reason">Why it could not be checked.</param>
internal sealed record InvariantReport(string Name, bool? Ok, long Examined, long Violations, IReadOnlyList<Violation> Samples, string? Reason);

/// <summary>What a reconciliation has found.</summary>
/// <param name="At">When it began, UTC.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Ok">False: an invariant is violated. Null: none is known to be, but not all could be checked.</param>
/// <param name="Invariants">One by one.</param>
internal sealed record ReconciliationReport(DateTimeOffset At, double Seconds, bool? Ok, IReadOnlyList<InvariantReport> Invariants);

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

/// <summary>Gathers what is found about an invariant.</summary>
internal sealed class Finding(string name)
{
    private const int SamplesMax = 10;

    private readonly List<Violation> _samples = [];
    private long _violations;
    private string? _reason;

    public long Examined { get; set; }

    /// <summary>It is violated.</summary>
    public void Add(string id, string expected, string found) => Add(new(id, expected, found));

    /// <summary>It is violated, where there is something.</summary>
    public void Add(Violation? violation)
    {
        if (violation is null) return;
        _violations++;
        if (_samples.Count < SamplesMax) _samples.Add(violation);
    }

    /// <summary>It is violated so many times more, by what has no name.</summary>
    public void AddUnnamed(long violations) => _violations += violations;

    /// <summary>It could not be checked, at least not to the end.</summary>
    public void Fail(string reason) => _reason = reason;

    public InvariantReport Report() => new(name, _violations > 0 ? false : _reason is null ? true : null, Examined, _violations, _samples, _reason);
}
