namespace Order.Api.Reconciliation;

internal sealed record ItemPage(string Cursor, int Examined, ItemBooks[] Items);
