namespace Payment.Api.Audit;

/// <summary>Response of <c>POST /internal/audit/find</c>.</summary>
/// <param name="Charges">Charges in the order requested; null if a saga has no entry.</param>
/// <param name="Replaced">
/// The last saga whose charge batch_init removed with its account, read after the charges. Saga IDs are ordered by time.
/// </param>
internal sealed record FoundCharges(ChargeEntry?[] Charges, Guid Replaced);
