namespace Order.Api.Reconciliation;

internal sealed record ItemPageRequest(string Cursor);
