namespace Order.Api.Reconciliation;

internal sealed record HeldPage(ItemBooks[] Items, Guid[] Sagas);
