namespace Payment.Api.Audit;

/// <summary>Body of <c>POST /internal/audit/charges</c>: a page of the ledger, in the order of the entries' ids.</summary>
/// <param name="After">Where the page begins, without this id itself.</param>
/// <param name="Before">Where the ledger ends for the asker, without this id itself.</param>
/// <param name="NumberedAfter">Charges on numbered accounts (batch_init's) are left out up to this id.</param>
internal sealed record ChargePageRequest(Guid After, Guid Before, Guid NumberedAfter);
