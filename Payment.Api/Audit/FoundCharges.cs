namespace Payment.Api.Audit;

/// <summary>What was found.</summary>
/// <param name="Charges">In the order asked; null where a saga has no entry.</param>
/// <param name="Replaced">
/// The last saga whose charge batch_init has taken away with its account, read after the charges. Sagas' ids are ordered by time.
/// </param>
internal sealed record FoundCharges(ChargeEntry?[] Charges, Guid Replaced);
