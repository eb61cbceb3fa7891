namespace Order.Api.Reconciliation;

/// <summary>Charges in the order requested, null if not found, and the last charge that batch_init removed.</summary>
internal sealed record FoundCharges(ChargeEntry?[] Charges, Guid Replaced);
