namespace Order.Api.Reconciliation;

/// <summary>In the order asked, null where there is none; and the last charge that batch_init has taken away.</summary>
internal sealed record FoundCharges(ChargeEntry?[] Charges, Guid Replaced);
