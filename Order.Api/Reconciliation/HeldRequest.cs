namespace Order.Api.Reconciliation;

internal sealed record HeldRequest(string[] Items, long Now, bool IsAtomic);
