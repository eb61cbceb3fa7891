namespace Payment.Api.Audit;

/// <summary>Body of <c>POST /internal/audit/charges</c>: a page of the ledger, in order of entry IDs.</summary>
/// <param name="After">Exclusive lower bound of the page.</param>
/// <param name="Before">Exclusive upper bound of all pages.</param>
/// <param name="NumberedAfter">Charges to numbered accounts (from batch_init) are skipped up to and including this ID.</param>
internal sealed record ChargePageRequest(Guid After, Guid Before, Guid NumberedAfter);
