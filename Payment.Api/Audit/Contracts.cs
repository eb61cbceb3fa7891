namespace Payment.Api.Audit;

/// <summary>Body of <c>POST /internal/audit/find</c>.</summary>
/// <param name="Sagas">1 to 1,000.</param>
internal sealed record FindChargesRequest(Guid[] Sagas);

/// <summary>The entry of a saga's charge.</summary>
/// <param name="User">Whose account.</param>
/// <param name="Amount">Of the charge.</param>
/// <param name="IsDone">The money has moved, and not back.</param>
internal sealed record ChargeEntry(string User, long Amount, bool IsDone);

/// <summary>What was found.</summary>
/// <param name="Charges">In the order asked; null where a saga has no entry.</param>
/// <param name="Replaced">
/// The last saga whose charge batch_init has taken away with its account, read after the charges. Sagas' ids are ordered by time.
/// </param>
internal sealed record FoundCharges(ChargeEntry?[] Charges, Guid Replaced);

/// <summary>Body of <c>POST /internal/audit/charges</c>: a page of the ledger, in the order of the entries' ids.</summary>
/// <param name="After">Where the page begins, without this id itself.</param>
/// <param name="Before">Where the ledger ends for the asker, without this id itself.</param>
/// <param name="NumberedAfter">Charges on numbered accounts (batch_init's) are left out up to this id.</param>
internal sealed record ChargePageRequest(Guid After, Guid Before, Guid NumberedAfter);

/// <summary>The charges of a page that are done.</summary>
/// <param name="Sagas">Their sagas.</param>
/// <param name="Next">Where the next page begins; null: this was the last one.</param>
internal sealed record ChargePage(Guid[] Sagas, Guid? Next);

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

/// <summary>Answer of <c>GET /internal/audit/books</c>.</summary>
/// <param name="Accounts">How many were examined.</param>
/// <param name="Wrong">Accounts that are not as they should be, <see cref="AccountAudit.WrongMax"/> at most.</param>
internal sealed record BooksPage(long Accounts, AccountBooks[] Wrong);
